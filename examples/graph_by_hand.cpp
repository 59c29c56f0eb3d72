// A graph built node by node: edges say which field of one output becomes which field of the next input.
//
//   $input --> load --+--> count ----+
//                     |              +--> report
//                     +--> longest --+
//
#include <ember/execute.hpp>
#include <ember/graph.hpp>
#include <ember/json.hpp>

#include <iostream>
#include <sstream>

using namespace ember;

namespace {

Value load(const Value& inputs) {
  std::istringstream text(inputs["text"].string());
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return {{"words", list(words)}};
}

Value longest(const Value& inputs) {
  std::string best;
  for (const Value& word : inputs["words"].items()) {
    if (word.string().size() > best.size()) best = word.string();
  }
  return {{"word", best}};
}

}  // namespace

int main() {
  xcs::XCSGraph graph;
  graph.add_node(load, "load");
  graph.add_node([](const Value& in) -> Value { return {{"n", in["words"].size()}}; }, "count");
  graph.add_node(longest, "longest");
  graph.add_node([](const Value& in) -> Value { return in; }, "report");
  graph.add_edge("load", "count");
  graph.add_edge("load", "longest");
  graph.add_edge("count", "report", {{"n", "words"}});
  graph.add_edge("longest", "report", {{"word", "longest"}});

  const xcs::Results results =
      xcs::execute(graph, {{"text", "a graph is data about calls"}}, {.max_workers = 2});
  std::cout << to_json(results["report"]) << '\n';

  // Only what the wanted nodes need is run.
  const auto some = xcs::execute(graph, {{"text", "tea"}}, {.output_nodes = {"count"}});
  std::cout << to_json(some.to_value()) << '\n' << graph.to_dot();
}

// Prints:
//   {"words":6,"longest":"graph"}
//   {"count":{"n":1}}
//   digraph ember {
//     rankdir=LR;
//     node [shape=box];
//     "load" [label="load"];
//     "count" [label="count"];
//     "longest" [label="longest"];
//     "report" [label="report"];
//     "load" -> "count";
//     "load" -> "longest";
//     "count" -> "report" [label="n -> words"];
//     "longest" -> "report" [label="word -> longest"];
//   }
