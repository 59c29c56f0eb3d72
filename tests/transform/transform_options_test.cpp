// Options of transforms for operators and functions that can not do what they ask for.
#include <gtest/gtest.h>

#include <optional>

#include <ember/batching.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::doubling;
using test::message_of_error;
using test::numbers;
using xcs::pmap;

TEST(TransformOptions, AreForAllTransforms) {
  const xcs::TransformOptions options{.in_axes = 1, .out_axes = 0};
  const Value rows = list({list({1, 2}), list({3, 4})});
  const Op<> sum = op("sum", [](const Value& x) -> Value { return x[0].integer() + x[1].integer(); });
  EXPECT_EQ(xcs::vmap(sum, options)(rows), list({4, 6}));
  EXPECT_EQ(xcs::vmap(options)(sum)(rows), list({4, 6}));
  EXPECT_EQ(pmap(sum, options)(rows), list({4, 6}));
}

TEST(TransformOptions, OfVmapAreItsAxesAlone) {
  const auto message = [](const xcs::TransformOptions& options) {
    return message_of_error<TransformError>([&] { (void)xcs::vmap(doubling(), options); });
  };
  EXPECT_NE(message({.devices = {"a"}}).find("TransformOptions.devices"), std::string::npos);
  EXPECT_NE(message({.propagate_errors = false}).find("TransformOptions.propagate_errors"),
            std::string::npos);
  EXPECT_NE(message({.timeout = 1.0}).find("TransformOptions.timeout"), std::string::npos);
}

int refuse_two(int x) {
  if (x == 2) throw std::runtime_error("two is refused");
  return x * 10;
}

TEST(TransformOptions, NullsNeedATypeThatHasThem) {
  const auto message = [](const xcs::PmapOptions& options) {
    return message_of_error<TransformError>([&] { (void)pmap(refuse_two, options); });
  };
  EXPECT_NE(message({.continue_on_errors = true}).find("continue_on_errors puts nulls"), std::string::npos);
  EXPECT_NE(message({.timeout_seconds = 1.0, .return_partial_on_timeout = true}).find("dynamic(op)"),
            std::string::npos);
  EXPECT_NE(
      message({.execution_options = xcs::PmapExecutionOptions{.continue_on_errors = true}}).find("nulls"),
      std::string::npos);
  EXPECT_EQ(pmap(dynamic(op("f", refuse_two)), {.continue_on_errors = true})(list({1, 2, 3})),
            list({10, nullptr, 30}));
  const auto maybe =
      pmap([](int x) { return std::optional<int>(refuse_two(x)); }, {.continue_on_errors = true});
  EXPECT_EQ(maybe({1, 2, 3}), (std::vector<std::optional<int>>{10, std::nullopt, 30}));
  const auto values = pmap([](int x) { return Value(refuse_two(x)); }, {.continue_on_errors = true});
  EXPECT_EQ(list(values({1, 2, 3})), list({10, nullptr, 30}));
}

TEST(TransformOptions, FailuresOfTypedBatchesStandBesideTheOutput) {
  const auto result = xcs::call_detailed(pmap(refuse_two), {1, 2, 3});
  EXPECT_EQ(result.output, list({10, nullptr, 30}));
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].items, (xcs::ItemRange{1, 2}));
}

TEST(TransformOptions, NoMeshHasAnAxisBeyondAnInt) {
  EXPECT_THROW((void)xcs::PartitionSpec(4294967296), TransformError);
  EXPECT_THROW((void)xcs::PartitionSpec(0, -4294967296), TransformError);
}

}  // namespace
}  // namespace ember
