// A panel of models and a vote: the three calls overlap, the vote waits for all of them.
//
//              +--> atlas --+
//   question --+--> globe --+--> vote --> final_answer
//              +--> guess --+
//
// The models live inside the program, so that it needs no key and no network. Put "openai:gpt-4o-mini" or
// "anthropic:claude-3-5-haiku-latest" in place of "sim:atlas" to ask a real one.

// docs: begin program
#include <ember/ember.hpp>

#include <iostream>

using namespace ember;

int main() {
  register_simulated("atlas", {.answer = [](const auto&) { return "Paris"; }, .latency = from_seconds(0.3)});
  register_simulated("globe", {.answer = [](const auto&) { return "Paris"; }, .latency = from_seconds(0.2)});
  register_simulated("guess", {.answer = [](const auto&) { return "Lyon"; }, .latency = from_seconds(0.1)});

  const auto atlas = non::ask("sim:atlas"), globe = non::ask("sim:globe"), guess = non::ask("sim:guess");
  const auto vote = non::most_common();
  const auto answer = xcs::autograph([&](Var<> question) {  // Records the calls; nothing runs here.
    const std::vector<Var<>> texts = {atlas(question)["text"], globe(question)["text"],
                                      guess(question)["text"]};
    return vote(object({{"responses", list_of(texts)}}));
  });

  const Value result = answer({{"query", "What is the capital of France?"}});
  std::cout << result["final_answer"].string() << '\n' << answer.graph().to_text();
}
// docs: end program

// Prints:
//   Paris
//   Ask_0 = Ask($input)
//   Ask_1 = Ask($input)
//   Ask_2 = Ask($input)
//   MostCommon_3 = MostCommon({responses: [Ask_0.text, Ask_1.text, Ask_2.text]})
