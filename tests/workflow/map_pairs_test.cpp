// A step with `map` inside every transform: what loops give, within one bound on workers.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/runtime.hpp>
#include <ember/vmap.hpp>
#include <ember/vmap_stream.hpp>
#include <ember/workflow.hpp>

namespace ember {
namespace {

/// A row with texts: the texts in capitals, each a call of a second; with digits it fails.
Op<> shouting() {
  const Workflow workflow = Workflow::parse(R"(
models: {loud: 'sim:upper?latency=1&sigma=0'}
steps:
  words: {operator: extract, pattern: '^\D+$', require_match: true, map: text, input: {text: row.texts}}
  loud: {operator: ask, model: loud, map: query, input: {query: words.answer}}
outputs: {texts: loud.text}
)");
  return op("shouting", [workflow](const Value& row) -> Value { return workflow.run(row)["texts"]; });
}

Op<> jitted(const Op<>& inner, const std::string& mode) {
  return xcs::jit(op("composite", [inner](Var<Value> x) -> Var<Value> { return inner(x); }), {.mode = mode});
}

using Transform = std::function<Op<>(const Op<>&)>;

/// Each takes a list of rows.
std::vector<std::pair<std::string, Transform>> transforms() {
  std::vector<std::pair<std::string, Transform>> all = {
      {"vmap", [](const Op<>& inner) -> Op<> { return xcs::vmap(inner); }},
      {"pmap", [](const Op<>& inner) -> Op<> { return xcs::pmap(inner, {.granularity = "item"}); }},
      {"mesh",
       [](const Op<>& inner) -> Op<> {
         return xcs::mesh_sharded(
             inner, xcs::DeviceMesh({.shape = {2}}),
             xcs::MeshOptions{.partition_spec = xcs::PartitionSpec(0), .granularity = "item"});
       }},
      {"stream", [](const Op<>& inner) {
         return op("streamed", [inner](const Value& rows) -> Value {
           ValueStream outputs = xcs::vmap_stream(inner, ValueStream(rows.items()));
           return Value::list({outputs.begin(), ValueStream::end()});
         });
       }}};
  for (const std::string mode : {"structural", "enhanced", "trace"}) {
    all.emplace_back(mode,
                     [mode](const Op<>& inner) { return jitted(xcs::vmap(jitted(inner, mode)), mode); });
  }
  return all;
}

const Value rows = list({Value{{"texts", list({"a", "b", "c"})}}, Value{{"texts", list({})}},
                         Value{{"texts", list({"d", "e", "f"})}}});

TEST(MapInTransforms, gives_what_loops_give_within_the_bound) {
  const Value expected = list({list({"A", "B", "C"}), list({}), list({"D", "E", "F"})});
  for (const auto& [name, transform] : transforms()) {
    for (const int workers : {1, 2, 3}) {
      const auto runtime = Runtime::simulated({.seed = 5});
      runtime.run([&, &transformed = transform, &what = name] {
        const auto scope = xcs::execution_options({.max_workers = workers});
        const TimePoint begin = runtime.now();
        EXPECT_EQ(transformed(shouting())(rows), expected) << what;
        // Six calls of a second.
        EXPECT_EQ(runtime.now() - begin, std::chrono::seconds(6 / workers))
            << what << ", " << workers << " workers";
      });
    }
  }
}

TEST(MapInTransforms, fails_as_loops_fail) {
  const Value failing =
      list({rows[0], Value{{"texts", list({"d", "5", "6"})}}, Value{{"texts", list({"7"})}}});
  const Value second = list({failing[1]});
  for (const auto& [name, transform] : transforms()) {
    const auto message = [&inner = transform](const Value& input) -> std::string {
      std::string failure = "no error";
      Runtime::simulated({.seed = 6}).run([&] {
        try {
          (void)inner(shouting())(input);
        } catch (...) {
          failure = message_of(root_cause(std::current_exception()));
        }
      });
      return failure;
    };
    EXPECT_EQ(message(failing), message(second)) << name;
    EXPECT_NE(message(failing), "no error") << name;
  }
}

}  // namespace
}  // namespace ember
