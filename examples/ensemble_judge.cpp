// An ensemble and a judge: one model is asked three times, another writes one answer from the three.
//
//              +--> writer --+
//   {query} ---+--> writer --+--> {responses} --> judge --> {final_answer, reasoning}
//              +--> writer --+
//
#include <ember/non.hpp>
#include <ember/providers.hpp>
#include <ember/usage.hpp>

#include <atomic>
#include <iostream>

using namespace ember;

int main() {
  const auto drafts = std::make_shared<std::atomic<int>>(0);
  register_simulated("writer", {.answer = [drafts](const ModelRequest&) {
                       return ++*drafts == 2 ? "Mumbai" : "New Delhi";
                     }});
  register_simulated(
      "judge", {.answer = [](const ModelRequest& request) {
        const bool has_all = last_user_message(request.messages).find("Mumbai") != std::string::npos;
        return has_all ? "Reasoning: Two of three say so.\nFinal Answer: New Delhi" : "Too few answers";
      }});

  const auto calls = std::make_shared<UsageService>();
  const UsageScope counted(calls);

  // docs: begin flow
  const auto flow =
      non::sequential({non::uniform_ensemble(3, "sim:writer"), non::judge_synthesis("sim:judge")});
  const Value answer = flow({{"query", "What is the capital of India?"}});
  // docs: end flow
  std::cout << answer["final_answer"].string() << "\n" << answer["reasoning"].string() << "\n";

  // The same in compact notation: count, type, model, temperature.
  const auto compact = non::build_graph({"3:E:sim:writer:0.7", "1:J:sim:judge:0"});
  std::cout << compact({{"query", "What is the capital of India?"}}).has("final_answer") << '\n';

  for (const auto& [model, totals] : calls->by_model())
    std::cout << model << ": " << totals.calls << " calls\n";
}

// Prints:
//   New Delhi
//   Two of three say so.
//   1
//   sim:judge: 2 calls
//   sim:writer: 6 calls
