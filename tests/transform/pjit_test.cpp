// pjit: pmap of jit, and its options.
#include <gtest/gtest.h>

#include <ember/pmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::message_of_error;
using test::numbers;
using xcs::pjit;

auto pair_of() {
  return op("pair", [](const Value& a, const Value& b) -> Value { return list({a, b}); });
}

TEST(Pjit, TakesItsOptionsInEveryForm) {
  const auto triple = op("triple", [](const Value& x) -> Value { return x.integer() * 3; });
  const Value expected = list({0, 3, 6});
  EXPECT_EQ(pjit(triple)(numbers(3)), expected);
  EXPECT_EQ((triple | pjit)(numbers(3)), expected);
  EXPECT_EQ(pjit(triple, {.num_workers = 2})(numbers(3)), expected);
  EXPECT_EQ(pjit({.num_workers = 2})(triple)(numbers(3)), expected);
  EXPECT_EQ((triple | pjit({.num_workers = 2}))(numbers(3)), expected);
  const xcs::PjitOptions options{.num_workers = 2, .out_axes = nullptr};
  EXPECT_EQ(xcs::PmapOptions(options).num_workers, 2);
  EXPECT_THROW((void)xcs::pmap(triple, options)(numbers(3)), TransformError);
  EXPECT_THROW((void)pjit({.num_workers = -1}), TransformError);
}

TEST(Pjit, PassesOnWhatPmapHas) {
  const xcs::PjitOptions given{.num_workers = 2,
                               .max_workers = 2,
                               .devices = {"a"},
                               .in_axes = 1,
                               .out_axes = 2,
                               .granularity = "item",
                               .sharding_options = {.max_shard_size = 3},
                               .execution_options = xcs::PmapExecutionOptions{.max_workers = 2},
                               .continue_on_errors = true,
                               .timeout_seconds = 4.0,
                               .return_partial_on_timeout = true};
  const xcs::PmapOptions made = given;
  EXPECT_EQ(made.max_workers, 2);
  EXPECT_EQ(made.devices.ids(), std::vector<Value>{"a"});
  EXPECT_EQ(made.in_axes.value(), Value(1));
  EXPECT_EQ(made.out_axes.value(), Value(2));
  EXPECT_EQ(made.granularity, "item");
  EXPECT_EQ(made.sharding_options.max_shard_size, 3);
  EXPECT_EQ(made.execution_options->max_workers, 2);
  EXPECT_TRUE(made.continue_on_errors && made.return_partial_on_timeout);
  EXPECT_EQ(made.timeout_seconds, 4.0);
}

TEST(Pjit, ConstantArgumentsAreCountedFromEitherEnd) {
  const Value rows = list({list({0, 7}), list({1, 7})});
  EXPECT_EQ(pjit(pair_of(), {.static_argnums = {1}})(numbers(2), 7), rows);
  EXPECT_EQ(pjit(pair_of(), {.static_argnums = {-1}})(numbers(2), 7), rows);
  EXPECT_EQ(pjit(pair_of(), {.static_argnums = {-2}})(7, numbers(2)), list({list({7, 0}), list({7, 1})}));
}

TEST(Pjit, ConstantArgumentsMustExist) {
  for (const int number : {2, -3}) {
    const std::string message =
        message_of_error<TransformError>([&] { (void)pjit(pair_of(), {.static_argnums = {number}}); });
    EXPECT_NE(message.find("argument " + std::to_string(number) + ", but there are 2"), std::string::npos);
  }
  EXPECT_THROW((void)pjit(pair_of(), {.in_axes = {0, 0}, .static_argnums = {0}}), TransformError);
}

}  // namespace
}  // namespace ember
