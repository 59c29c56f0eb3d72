// Cases of the behavioural specification: mesh, compose, transform_options, xcsapi, imports.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <type_traits>

#include <ember/ember.hpp>
#include <ember/xcs.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::CallLogPtr;
using test::error_of;
using test::make_log;
using test::message_of_error;
using test::process_item;
using test::Scripted;
using xcs::DeviceMesh;
using xcs::mesh_sharded;
using xcs::PartitionSpec;

const DeviceMesh& square() {
  static const DeviceMesh mesh({.shape = {2, 2}});
  return mesh;
}

/// Gives `prompts` back and notes by device what it was called with.
class Placed final : public Operator<> {
 public:
  struct Notes {
    std::mutex mutex;
    std::map<std::string, std::vector<Value>> inputs;
  };
  explicit Placed(std::shared_ptr<Notes> notes) : notes_(std::move(notes)) {}
  Value forward(const Value& inputs) const override {
    const std::lock_guard lock(notes_->mutex);
    notes_->inputs[Context::current().device()].push_back(inputs);
    return {{"results", inputs["prompts"]}};
  }

 private:
  std::shared_ptr<Notes> notes_;
};

Value prompts(std::size_t count) {
  return {{"prompts", test::numbers(count)}};
}

TEST(Conformance, mesh_001) {
  const DeviceMesh mesh({.devices = {0, 1, 2, 3}, .mesh_shape = {2, 2}});
  EXPECT_EQ(mesh.shape(), (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(mesh.get_device(1, 0), Value(2));
}

TEST(Conformance, mesh_002) {
  EXPECT_EQ(square().devices(), (std::vector<Value>{"cpu:0", "cpu:1", "cpu:2", "cpu:3"}));
  EXPECT_EQ(square().get_device(1, 1), Value("cpu:3"));
}

TEST(Conformance, mesh_003) {
  EXPECT_THROW(DeviceMesh({.shape = {2, 2}, .mesh_shape = {4}}), TransformError);
  EXPECT_EQ(DeviceMesh({.shape = {2, 2}, .mesh_shape = {2, 2}}).size(), 4U);
}

TEST(Conformance, mesh_004) {
  const DeviceMesh mesh({.devices = {"cpu:0", "cpu:1", "cpu:2", "cpu:3", "cpu:4", "cpu:5"}, .shape = {2, 3}});
  EXPECT_EQ(mesh.get_device(0, 0), Value("cpu:0"));
  EXPECT_EQ(mesh.get_device(0, 2), Value("cpu:2"));
  EXPECT_EQ(mesh.get_device(1, 0), Value("cpu:3"));
  EXPECT_EQ(mesh.get_device(1, 2), Value("cpu:5"));
}

TEST(Conformance, mesh_005) {
  EXPECT_EQ(DeviceMesh({.devices = {"a", "b", "c", "d"}}).shape(), std::vector<std::size_t>{4});
}

TEST(Conformance, mesh_007) {
  const DeviceMesh mesh;
  EXPECT_GE(mesh.size(), 1U);
  EXPECT_EQ(mesh.shape(), std::vector<std::size_t>{mesh.size()});
}

TEST(Conformance, mesh_009) {
  EXPECT_THROW((void)square().get_device(2, 0), std::out_of_range);
  EXPECT_THROW((void)square().get_device(0, 2), std::out_of_range);
  EXPECT_THROW((void)square().get_device(0), std::out_of_range);
  EXPECT_THROW((void)square().get_device(0, 0, 0), std::out_of_range);
  EXPECT_THROW((void)square().get_device(-1, 0), std::out_of_range);
}

TEST(Conformance, mesh_012) {
  const PartitionSpec spec(0, nullptr, 1);
  EXPECT_EQ(spec.mesh_axes(), (std::vector<std::optional<int>>{0, std::nullopt, 1}));
  EXPECT_EQ(spec.to_string(), "PartitionSpec(0, None, 1)");
}

TEST(Conformance, mesh_013) {
  for (const PartitionSpec& spec : {PartitionSpec(2, nullptr), PartitionSpec(-1), PartitionSpec(0, 0)}) {
    EXPECT_THROW(spec.validate(square()), TransformError) << spec.to_string();
    EXPECT_THROW((void)mesh_sharded(process_item(), square(), spec), TransformError);
  }
}

TEST(Conformance, mesh_014) {
  PartitionSpec(nullptr, nullptr).validate(square());
  PartitionSpec(1, nullptr).validate(square());
}

TEST(Conformance, mesh_015) {
  const auto log = make_log();
  const DeviceMesh mesh({.devices = {0, 1, 2, 3}, .mesh_shape = {2, 2}});
  const Value ids = list({1, 2, 3, 4, 5, 6, 7, 8});
  const auto sharded = mesh_sharded(process_item(log), mesh, PartitionSpec(0, 1));
  EXPECT_EQ(sharded({{"data", list({"a", "b", "c", "d", "e", "f", "g", "h"})}, {"id", ids}}),
            (Value{{"processed", list({"A", "B", "C", "D", "E", "F", "G", "H"})}, {"id", ids}}));
  EXPECT_EQ(log->count(), 8U);
}

TEST(Conformance, mesh_017) {
  const auto notes = std::make_shared<Placed::Notes>();
  const Value contexts = list({"w", "x", "y", "z"});
  const Value config = {{"k", 1}};
  (void)mesh_sharded(Placed(notes), square(), {.in_partition = {{"prompts", PartitionSpec(0, nullptr)}}})(
      {{"prompts", list({"a", "b", "c", "d"})}, {"contexts", contexts}, {"config", config}});
  ASSERT_EQ(notes->inputs.size(), 2U);
  const auto expected = [&](const Value& part) {
    return std::vector<Value>{{{"prompts", part}, {"contexts", contexts}, {"config", config}}};
  };
  EXPECT_EQ(notes->inputs["cpu:0"], expected(list({"a", "b"})));
  EXPECT_EQ(notes->inputs["cpu:2"], expected(list({"c", "d"})));
}

TEST(Conformance, mesh_020) {
  const auto notes = std::make_shared<Placed::Notes>();
  EXPECT_EQ(mesh_sharded(Placed(notes), square(), PartitionSpec(0, nullptr))(prompts(5))["results"],
            test::numbers(5));
  EXPECT_EQ(notes->inputs["cpu:0"][0]["prompts"].size(), 3U);
  EXPECT_EQ(notes->inputs["cpu:2"][0]["prompts"].size(), 2U);
}

TEST(Conformance, mesh_021) {
  const auto notes = std::make_shared<Placed::Notes>();
  EXPECT_EQ(mesh_sharded(Placed(notes), square(), PartitionSpec(0, 1))(prompts(2))["results"],
            test::numbers(2));
  EXPECT_EQ(notes->inputs.size(), 2U);
}

TEST(Conformance, mesh_022) {
  const auto run = [](const xcs::MeshShape& shape, const PartitionSpec& spec, std::size_t count) {
    const DeviceMesh mesh({.shape = shape});
    return mesh_sharded(Placed(std::make_shared<Placed::Notes>()), mesh, spec)(prompts(count))["results"];
  };
  EXPECT_EQ(run({4}, PartitionSpec(0), 8), test::numbers(8));
  EXPECT_EQ(run({1}, PartitionSpec(0), 2), test::numbers(2));
  EXPECT_EQ(run({2, 2, 2}, PartitionSpec(0, nullptr, nullptr), 8), test::numbers(8));
}

TEST(Conformance, mesh_024) {
  const Op<> bad = Scripted([](const Value&) -> Value { throw std::runtime_error("boom"); });
  const auto error = error_of<xcs::MeshShardingError>(
      [&] { (void)mesh_sharded(bad, square(), PartitionSpec(0, 1))(prompts(8)); });
  EXPECT_EQ(error.coordinates(), (std::vector<std::size_t>{0, 0}));
  EXPECT_EQ(message_of(error.cause()), "boom");
  EXPECT_THROW((void)mesh_sharded(bad, square(), PartitionSpec(0, 1))(prompts(8)), TransformError);
}

TEST(Conformance, mesh_025) {
  const auto notes = std::make_shared<Placed::Notes>();
  EXPECT_EQ(mesh_sharded(Placed(notes), square(), PartitionSpec(0, 1))(prompts(0))["results"], list({}));
  const auto log = make_log();
  EXPECT_EQ(mesh_sharded(process_item(log), square(), PartitionSpec(0, 1))({{"data", list({})}}),
            Value::mapping({}));
  EXPECT_EQ(log->count(), 0U);
}

TEST(Conformance, mesh_027) {
  const Op<> before = process_item();
  const auto* target = &before.target();
  (void)mesh_sharded(before, square(), PartitionSpec(0, 1));
  EXPECT_EQ(&before.target(), target);
  EXPECT_EQ(before.name(), "process_item");
  EXPECT_EQ(before({{"data", "a"}, {"id", 1}}), (Value{{"processed", "A"}, {"id", 1}}));
}

TEST(Conformance, mesh_028) {
  const auto results = [] {
    const Value input = {{"data", list({"a", "b", "c"})}, {"id", list({1, 2, 3})}};
    return std::vector<Value>{xcs::vmap(process_item())(input), xcs::pmap(process_item())(input),
                              mesh_sharded(process_item(), square(), PartitionSpec(0, 1))(input)};
  };
  const auto unset = results();
  ::setenv("_TEST_MODE", "1", 1);
  EXPECT_EQ(results(), unset);
  ::unsetenv("_TEST_MODE");
}

Op<> identity() {
  return op("identity", [](const Value& x) -> Value { return x; });
}

/// A transform whose operators change their output.
auto then(std::function<std::int64_t(std::int64_t)> change) {
  return [change](const Op<>& inner) {
    return op("then", [change, inner](const Value& x) -> Value { return change(inner(x).integer()); });
  };
}

TEST(Conformance, compose_001) {
  const auto add5 = then([](std::int64_t x) { return x + 5; });
  const auto mul2 = then([](std::int64_t x) { return x * 2; });
  EXPECT_EQ(xcs::compose(add5, mul2)(identity())(10), Value(25));
  EXPECT_EQ(xcs::compose(mul2, add5)(identity())(10), Value(30));
}

TEST(Conformance, compose_002) {
  const auto both = xcs::compose(xcs::vmap({.batch_size = 32}), xcs::pmap({.max_workers = 4}));
  EXPECT_EQ(both(test::doubling())(list({1, 2, 3})), list({2, 4, 6}));
}

TEST(Conformance, compose_003) {
  EXPECT_EQ(xcs::compose()(test::doubling())(21), Value(42));
}

TEST(Conformance, compose_004) {
  const Op<> original = process_item();
  const Op<> wrapped = xcs::compose(xcs::vmap, xcs::jit)(original);
  EXPECT_EQ(wrapped.name(), "process_item");
  ASSERT_NE(wrapped.target().original(), nullptr);
  EXPECT_EQ(wrapped.target().original()->original(), &original.target());
}

TEST(Conformance, transform_options_001) {
  const auto message = [](const xcs::BatchingOptions& options) {
    return message_of_error<TransformError>([&] { options.validate(); });
  };
  EXPECT_NE(message({.in_axes = {"invalid"}}).find("in_axes must be"), std::string::npos);
  EXPECT_NE(message({.batch_size = -5}).find("batch_size must be positive"), std::string::npos);
  EXPECT_NE(message({.max_workers = 0}).find("max_workers must be positive"), std::string::npos);
}

TEST(Conformance, transform_options_003) {
  const Value inputs = {{"x", list({1, 2, 3})}, {"y", list({4, 5, 6})}};
  EXPECT_EQ(xcs::get_batch_size(inputs, 0), 3U);
  EXPECT_EQ(xcs::split_batch(inputs, 0, 1), (Value{{"x", 2}, {"y", 5}}));
}

TEST(Conformance, transform_options_007) {
  const xcs::TransformOptions options;
  EXPECT_EQ(options.in_axes.value(), Value(0));
  EXPECT_EQ(options.out_axes.value(), Value(0));
  EXPECT_FALSE(options.devices.is_given());
}

Op<> times(std::int64_t factor) {
  return op("times", [factor](const Value& in) -> Value {
    return {{"value", in["value"].integer() * factor}};
  });
}

TEST(Conformance, xcsapi_002) {
  const xcs::XCSAPI api;
  const Value input = list({1, 2, 3});
  const Value expected = list({2, 4, 6});
  EXPECT_EQ(api.vmap(test::doubling())(input), expected);
  EXPECT_EQ(api.pmap(test::doubling())(input), expected);
  EXPECT_EQ(api.mesh_sharded(test::doubling(), square(), PartitionSpec(0, 1))(input), expected);
  EXPECT_EQ(api.jit(times(2))({{"value", 5}}), (Value{{"value", 10}}));
  EXPECT_EQ(api.jit({.mode = "enhanced"})(times(2))({{"value", 5}}), (Value{{"value", 10}}));
}

TEST(Conformance, xcsapi_003) {
  EXPECT_TRUE((std::is_same_v<xcs::XCSAPI::DeviceMesh, xcs::DeviceMesh>));
  EXPECT_TRUE((std::is_same_v<xcs::XCSAPI::PartitionSpec, xcs::PartitionSpec>));
}

// In C++ the paths of the guides are namespaces: everything that they import is in ember or ember::xcs.
TEST(Conformance, imports_001) {
  [[maybe_unused]] const auto names = std::make_tuple(
      &xcs::jit, &xcs::structural_jit, &xcs::disable_structural_jit, &xcs::set_execution_options,
      &xcs::get_execution_options, &xcs::reset_execution_options, &xcs::vmap, &xcs::pmap, &xcs::pjit,
      &xcs::mesh_sharded, xcs::JITOptions(), xcs::XCSExecutionOptions(), xcs::XCSAPI(),
      xcs::ExecutionOptions(), xcs::TopologicalScheduler(), xcs::TopologicalSchedulerWithParallelDispatch(),
      xcs::AutoGraphBuilder(), xcs::XCSGraph());
  Specification specification;
  EXPECT_TRUE(specification.model_json_schema().is_mapping());
  const Op<> fast = xcs::jit(identity());
  EXPECT_GE(xcs::get_jit_stats(fast).compilation_time, 0.0);
  xcs::Autograph graph;
  (void)graph.call("x", identity(), 1);
  EXPECT_EQ(xcs::execute(graph)["x"], xcs::execute_graph(graph)["x"]);
  const auto scope = xcs::execution_options({.max_workers = 4});
  EXPECT_EQ(xcs::compose(xcs::vmap)(identity())(list({1})), list({1}));
  const xcs::TracerContext tracer;
  EXPECT_TRUE(tracer.records().empty());
}

TEST(Conformance, imports_003) {
  // One object, whichever header brought it in.
  const auto* const by_facade = &ember::xcs::structural_jit;
  using namespace ember::xcs;
  EXPECT_EQ(by_facade, &structural_jit);
}

TEST(Conformance, imports_004) {
  // Nothing is logged before somebody installs a hook, and that hook stays.
  std::vector<std::string> messages;
  set_log_hook([&](LogLevel, std::string_view message) { messages.emplace_back(message); });
  (void)xcs::XCSAPI().vmap(identity())(list({1}));
  log(LogLevel::info, "still there");
  set_log_hook({});
  EXPECT_EQ(messages, std::vector<std::string>{"still there"});
}

}  // namespace
}  // namespace ember
