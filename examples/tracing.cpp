// What a traced call leaves behind, and a graph made from it.
#include <ember/ember.hpp>

#include <iostream>

using namespace ember;

namespace {

const auto extract = op("extract", [](const Value& in) -> Value {
  return {{"words", list({in["text"], "tea"})}};
});
const auto count = op("count", [](const Value& in) -> Value {
  return {{"count", static_cast<std::int64_t>(in["words"].size())}};
});
const auto shout = op("shout", [](const Value& in) -> Value {
  return {{"text", in["text"].string() + "!"}};
});

class Report final : public Composite<> {
 public:
  [[nodiscard]] std::string name() const override { return "report"; }
  Var<> forward(Var<> in) const override {
    const auto counted = count(extract(in));
    return object({{"count", counted["count"]}, {"loud", shout(in)["text"]}});
  }
};

}  // namespace

int main() {
  const auto report = Op(Report());

  // docs: begin records
  xcs::TracerContext tracer;
  report({{"text", "coffee"}});
  for (const xcs::TraceRecord& record : tracer.records()) {
    std::cout << record.node_id() << (record.parent_id ? " in report: " : ": ") << to_json(record.outputs)
              << '\n';
  }
  // docs: end records

  // A trace says what depends on what, never what the answer is: the graph calls everything again.
  const xcs::XCSGraph graph = xcs::autograph(tracer.records());
  std::cout << graph.to_text() << xcs::execute(graph, Value({{"text", "water"}}))["shout_2"]["text"].string()
            << '\n';

  // docs: begin metrics
  const auto scope = xcs::execution_options({.trace_execution = true, .collect_metrics = true});
  xcs::execute(graph);
  std::cout << xcs::last_trace().size() << " calls traced, " << xcs::last_metrics().node_count
            << " nodes measured\n";
  // docs: end metrics
}

// Prints:
//   extract_1 in report: {"words":["coffee","tea"]}
//   count_2 in report: {"count":2}
//   shout_3 in report: {"text":"coffee!"}
//   report_0: {"count":2,"loud":"coffee!"}
//   extract_0 = extract({"text":"coffee"})
//   count_1 = count(extract_0)
//   shout_2 = shout({"text":"coffee"})
//   water!
//   3 calls traced, 3 nodes measured
