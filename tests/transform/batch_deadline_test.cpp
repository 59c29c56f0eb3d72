// Deadlines of batches: whichever options set them, they are those of the whole, and count its calls.
#include <gtest/gtest.h>

#include <ember/batch_result.hpp>
#include <ember/execute.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_options.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::error_of;
using test::numbers;
using test::Scripted;
using test::Waiting;
using xcs::ExecutionTimeoutError;
using xcs::pmap;

/// Sleeps ten seconds for numbers from `slow` on.
Op<> slow_from(std::int64_t slow) {
  return op("slow", [slow](const Value& x) -> Value {
    (void)Context::current().sleep_for(std::chrono::seconds(x.integer() >= slow ? 10 : 0));
    return x;
  });
}

/// Seconds that `body` takes in simulated time.
template <class Body>
double simulated_seconds(const Body& body) {
  const auto runtime = Runtime::simulated({.seed = 11});
  const TimePoint begin = runtime.now();
  runtime.run(body);
  return to_seconds(runtime.now() - begin);
}

const Value two_of_four = list({0, 1, nullptr, nullptr});

TEST(BatchDeadline, APartialAnswerCountsUnderAScopesDeadline) {
  const xcs::PmapOptions options{.num_workers = 4, .return_partial_on_timeout = true};
  const double took = simulated_seconds([&] {
    const auto scope = xcs::execution_options({.timeout_seconds = 1.0});
    EXPECT_EQ(pmap(slow_from(2), options)(numbers(4)), two_of_four);
  });
  EXPECT_EQ(took, 1.0);
}

TEST(BatchDeadline, TheEarlierOfTwoDeadlinesHolds) {
  xcs::PmapOptions options{.num_workers = 4, .timeout_seconds = 3.0, .return_partial_on_timeout = true};
  const auto under_one_second = [&] {
    const auto scope = xcs::execution_options({.timeout_seconds = 1.0});
    EXPECT_EQ(pmap(slow_from(2), options)(numbers(4)), two_of_four);
    EXPECT_EQ(xcs::call_detailed(pmap(slow_from(2), options), numbers(4)).output, two_of_four);
  };
  EXPECT_EQ(simulated_seconds(under_one_second), 2.0);
  options.timeout_seconds = 0.5;
  EXPECT_EQ(simulated_seconds(under_one_second), 1.0);
}

TEST(BatchDeadline, APartialAnswerCountsForShardsAndForWhatWaits) {
  const Op<> by_shard = Scripted([](const Value& shard) -> Value {
    (void)Context::current().sleep_for(std::chrono::seconds(shard[0].integer() >= 2 ? 10 : 0));
    return shard;
  });
  simulated_seconds([&] {
    const auto scope = xcs::execution_options({.timeout_seconds = 1.2});
    EXPECT_EQ(pmap(by_shard, {.num_workers = 2, .return_partial_on_timeout = true})(numbers(4)), two_of_four);
    EXPECT_EQ(pmap(Waiting(0.5),
                   {.num_workers = 1, .granularity = "item", .return_partial_on_timeout = true})(numbers(4)),
              two_of_four);
    const auto same_shard = [by_shard](const std::vector<Value>& shard) {
      return by_shard(Value::list(shard)).items();
    };
    const auto typed = pmap(same_shard, {.num_workers = 2, .return_partial_on_timeout = true});
    EXPECT_EQ(dynamic(typed)(numbers(4)), two_of_four);
  });
}

TEST(BatchDeadline, CountsTheCallsOfTheBatch) {
  const auto expect_nine = [](const auto& batch) {
    const auto error = error_of<ExecutionTimeoutError>([&] { (void)batch(numbers(10)); });
    EXPECT_EQ(error.nodes_finished(), 9U);
    EXPECT_EQ(error.nodes_total(), 10U);
    EXPECT_EQ(error.timeout_seconds(), 1.0);
    EXPECT_EQ(Value::list(error.partial_results().values()), numbers(9));
  };
  simulated_seconds([&] {
    expect_nine(pmap(slow_from(9), {.num_workers = 2, .timeout_seconds = 1.0}));
    const auto scope = xcs::execution_options({.timeout_seconds = 1.0});
    expect_nine(xcs::vmap(slow_from(9)));
    expect_nine(xcs::vmap(slow_from(9), {.parallel = false}));
    expect_nine(xcs::mesh_sharded(slow_from(9), xcs::DeviceMesh({.shape = {2}}), xcs::PartitionSpec(0)));
  });
}

TEST(BatchDeadline, CountsTheCallsOfAllWindows) {
  simulated_seconds([] {
    const auto scope = xcs::execution_options({.timeout_seconds = 1.0});
    const auto error = error_of<ExecutionTimeoutError>(
        [] { (void)xcs::vmap(Waiting(0.4), {.batch_size = 3})(numbers(10)); });
    EXPECT_EQ(error.nodes_finished(), 6U);
    EXPECT_EQ(error.nodes_total(), 10U);
    EXPECT_EQ(error.timeout_seconds(), 1.0);
    EXPECT_EQ(Value::list(error.partial_results().values()), numbers(6));
  });
}

TEST(BatchDeadline, OfAGraphIsThatOfTheGraph) {
  const double took = simulated_seconds([] {
    xcs::XCSGraph graph;
    graph.add_node(dynamic(pmap(slow_from(2), {.num_workers = 4, .return_partial_on_timeout = true})), "map");
    EXPECT_THROW((void)xcs::execute_with_inputs(graph, numbers(4), {.timeout_seconds = 1.0}),
                 ExecutionTimeoutError);
  });
  EXPECT_EQ(took, 1.0);
}

TEST(BatchDeadline, OfANestedScopeHoldsInsideOfALaterOne) {
  const double took = simulated_seconds([] {
    const Op<> inner = op("inner", [](const Value&) -> Value {
      const auto scope = xcs::execution_options({.timeout_seconds = 1.0});
      return pmap(slow_from(2), {.num_workers = 4, .return_partial_on_timeout = true})(numbers(4));
    });
    const auto scope = xcs::execution_options({.timeout_seconds = 5.0});
    EXPECT_EQ(inner(1), two_of_four);
  });
  EXPECT_EQ(took, 1.0);
}

}  // namespace
}  // namespace ember
