// Calls written down as a graph: while recording nothing runs; then the graph runs as often as wanted.
//
//   {"query": "Example"} --> x --> y --> z
//                                  |
//                                  +--- y.text --> shout
//
#include <ember/autograph.hpp>
#include <ember/execute.hpp>
#include <ember/json.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>

using namespace ember;

namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return text;
}

Op<> step(const std::string& name) {
  return op(name, [name](const Value& inputs) -> Value {
    return {{"text", name + "(" + inputs.get("query", inputs.get("text", "")).string() + ")"}};
  });
}

}  // namespace

int main() {
  const auto op1 = step("op1");
  const auto op2 = step("op2");
  const auto op3 = step("op3");
  const auto shout = op("shout", [](const std::string& text) { return upper(text); });

  // docs: begin record
  xcs::Autograph graph;  // Records; nothing runs.
  const auto x = graph.call("x", op1, {{"query", "Example"}});
  const auto y = graph.call("y", op2, x);
  const auto z = graph.call("z", op3, y);
  graph.call("shout", shout, y["text"]);

  const xcs::Results results = xcs::execute(graph, {.max_workers = 4, .scheduler = "parallel"});
  std::cout << "Final result: " << to_json(results["z"]) << '\n';

  const xcs::Results subset = xcs::execute(graph, {.output_nodes = {"y"}});  // z and shout do not run.
  // docs: end record
  std::cout << to_json(subset.to_value()) << '\n' << results["shout"].string() << '\n';

  try {
    (void)z.get();  // There is no data while calls are only written down.
  } catch (const TraceError& error) {
    const std::string message = error.what();
    std::cout << message.substr(0, message.find(". ")) << '\n';
  }
}

// Prints:
//   Final result: {"text":"op3(op2(op1(Example)))"}
//   {"y":{"text":"op2(op1(Example))"}}
//   OP2(OP1(EXAMPLE))
//   the data of 'z' was asked for at autograph.cpp:54 while recording, when no operator has run yet
