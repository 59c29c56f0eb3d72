// Models: one handle for real, simulated and recorded ones; failures are repeated, calls are counted.
//
//   Model("openai:gpt-4o-mini")     over the network
//   Model("sim:echo?latency=0.1")   in the process            --> Completion {text, usage, attempts, ...}
//   Model("recorded:gpt-4o-mini")   from a file of recordings
//
#include <ember/error.hpp>
#include <ember/model.hpp>
#include <ember/providers.hpp>

#include <iostream>

using namespace ember;

int main() {
  recorded_provider()->add("gpt-4o-mini", "Say hi", "Hi!");

  // docs: begin calls
  const auto calls = std::make_shared<UsageService>();
  const UsageScope counted(calls);  // Counts the calls of this thread and of what it starts.

  const Model model("recorded:gpt-4o-mini", {.temperature = 0.2});
  const Completion completion = model.complete("Say hi");
  std::cout << completion.text << ' ' << completion.usage.total_tokens << " tokens\n";

  for (const CompletionPiece& piece : Model("sim:upper").stream("one two three")) std::cout << piece.text;
  std::cout << '\n';
  // docs: end calls

  // docs: begin retries
  const RetryPolicy patient{
      .max_attempts = 5, .min_wait = std::chrono::milliseconds(1), .max_wait = std::chrono::milliseconds(2)};
  const Model shaky("sim:echo?fail=0.5&seed=3", {.retry = patient});
  std::cout << shaky.complete("again").attempts << " attempts\n";
  try {
    (void)Model("sim:echo?fail=1", {.retry = patient}).complete("never");
  } catch (const ProviderAPIError& error) {
    std::cout << (error.is_transient() ? "a repetition might have helped" : "hopeless") << '\n';
  }
  // docs: end retries
  std::cout << calls->totals().calls << " calls, " << calls->totals().retries() << " repetitions\n";
}

// Prints:
//   Hi! 3 tokens
//   ONE TWO THREE
//   3 attempts
//   a repetition might have helped
//   4 calls, 6 repetitions
