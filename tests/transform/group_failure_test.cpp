// Failures of operators that answer many items at once: nobody knows which item it was.
#include <gtest/gtest.h>

#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::error_of;
using test::numbers;

/// Refuses 2.
class AtOnce final : public Operator<> {
 public:
  Value forward(const Value& x) const override { return forward_batch({x}).front(); }
  [[nodiscard]] std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    for (const Value& x : inputs)
      if (x == Value(2)) throw std::runtime_error("two is refused");
    return inputs;
  }
};

TEST(GroupFailure, NamesTheItemsThatWentTogether) {
  const xcs::ItemRange first_half = {0, 3};
  const auto vmapped =
      error_of<xcs::ItemError>([] { (void)xcs::vmap(AtOnce(), {.batch_size = 3})(numbers(5)); });
  EXPECT_EQ(vmapped.items(), first_half);
  const auto shared = error_of<xcs::ParallelExecutionError>(
      [] { (void)xcs::pmap(AtOnce(), {.num_workers = 2, .granularity = "item"})(numbers(5)); });
  EXPECT_EQ(shared.items(), first_half);
  EXPECT_EQ(shared.shard(), 0U);
  const auto sharded = error_of<xcs::MeshShardingError>([] {
    (void)xcs::mesh_sharded(AtOnce(), xcs::DeviceMesh({.shape = {2}}),
                            {.partition_spec = xcs::PartitionSpec(0), .granularity = "item"})(numbers(5));
  });
  EXPECT_EQ(sharded.items(), first_half);
}

TEST(GroupFailure, LeavesEachOfItsItemsWithoutAnOutput) {
  const auto result =
      xcs::call_detailed(xcs::pmap(AtOnce(), {.num_workers = 2, .granularity = "item"}), numbers(5));
  EXPECT_EQ(result.output, list({nullptr, nullptr, nullptr, 3, 4}));
  ASSERT_EQ(result.errors.size(), 3U);
  for (std::size_t item = 0; item < 3; ++item) {
    EXPECT_EQ(result.errors[item].items, (xcs::ItemRange{item, item + 1}));
  }
}

}  // namespace
}  // namespace ember
