// The errors of runs and of transforms, thrown again elsewhere.
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <ember/execution_error.hpp>
#include <ember/transform_error.hpp>

#include "value/error_value.hpp"
#include "value/packed_value.hpp"

namespace ember::xcs {
namespace {

template <class E>
E travelled(const E& error) {
  try {
    std::rethrow_exception(
        error_from_value(unpack(PackedValue(error_to_value(std::make_exception_ptr(error))).bytes())));
  } catch (const E& arrived) {
    EXPECT_EQ(typeid(arrived), typeid(E));
    EXPECT_STREQ(arrived.what(), error.what());
    EXPECT_EQ(arrived.code(), error.code());
    EXPECT_EQ(arrived.path(), error.path());
    EXPECT_EQ(arrived.describe(), error.describe());
    EXPECT_EQ(type_name_of(arrived.cause()), type_name_of(error.cause()));
    EXPECT_EQ(message_of(arrived.cause()), message_of(error.cause()));
    return arrived;
  }
}

std::exception_ptr boom() {
  OperatorExecutionError error("Operator 'judge' failed: boom");
  error.set_path("panel.judge").set_cause(std::make_exception_ptr(std::domain_error("boom")));
  return std::make_exception_ptr(error);
}

TEST(TravellingError, of_a_node) {
  const auto arrived = travelled(ExecutionError::for_node("b", boom()));
  EXPECT_EQ(arrived.node(), "b");
  EXPECT_EQ(arrived.path(), "b.panel.judge");
  EXPECT_TRUE(travelled(ExecutionError("all of it")).node().empty());
  const ExecutionError without_cause = ExecutionError::for_node("b", "no answer");
  EXPECT_STREQ(without_cause.what(), "Node 'b' failed: no answer");
  EXPECT_EQ(travelled(without_cause).node(), "b");
}

TEST(TravellingError, of_a_run) {
  const auto timeout = travelled(ExecutionTimeoutError(0.25, 3, 7));
  EXPECT_EQ(timeout.timeout_seconds(), 0.25);
  EXPECT_EQ(timeout.nodes_finished(), 3U);
  EXPECT_EQ(timeout.nodes_total(), 7U);
  (void)travelled(ExecutionStoppedError());
  const auto group = travelled(ExecutionErrorGroup({{"a", boom()}, {"b", boom()}}, {"c"}));
  ASSERT_EQ(group.errors().size(), 2U);
  EXPECT_EQ(group.errors()[1].first, "b");
  EXPECT_EQ(type_name_of(group.errors()[1].second), "OperatorExecutionError");
  EXPECT_EQ(group.skipped(), std::vector<std::string>{"c"});
}

TEST(TravellingError, of_an_item) {
  EXPECT_EQ(travelled(ItemError({3, 4}, boom())).index(), 3U);
  const auto parallel = travelled(ParallelExecutionError::for_worker(1, {2, 4}, boom()));
  EXPECT_EQ(parallel.shard(), 1U);
  EXPECT_EQ(parallel.items(), (ItemRange{2, 4}));
  (void)travelled(ParallelExecutionError("all of it"));
  const auto without_cause = ParallelExecutionError::for_worker(1, {2, 4}, "no answer");
  EXPECT_STREQ(without_cause.what(), "[pmap] shard 1 (items 2-3) failed: no answer");
  EXPECT_EQ(travelled(without_cause).shard(), 1U);
  const auto mesh = travelled(MeshShardingError({1, 0}, {2, 4}, boom()));
  EXPECT_EQ(mesh.coordinates(), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(mesh.items(), (ItemRange{2, 4}));
}

TEST(TravellingError, of_an_item_of_an_item) {
  const auto inner = std::make_exception_ptr(ItemError({5, 6}, boom()));
  const auto arrived = travelled(MeshShardingError({0, 1}, {8, 9}, inner));
  try {
    std::rethrow_exception(arrived.cause());
  } catch (const ItemError& item) {
    EXPECT_EQ(item.index(), 5U);
    EXPECT_EQ(type_name_of(item.cause()), "domain_error");
  }
}

}  // namespace
}  // namespace ember::xcs
