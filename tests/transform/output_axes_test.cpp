// Where the outputs of items and shards stand, also when some of them failed.
#include <gtest/gtest.h>

#include <cmath>

#include <ember/array.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::message_of_error;
using test::numbers;
using test::Scripted;
using xcs::pmap;
using xcs::vmap;

Op<> same() {
  return Scripted([](const Value& in) { return in; });
}

TEST(OutputAxes, ShardsAreJoinedAlongTheAxis) {
  const Value rows = list({list({1, 2, 3}), list({4, 5, 6})});
  for (const int axis : {1, -1}) {
    EXPECT_EQ(pmap(same(), {.num_workers = 2, .in_axes = 1, .out_axes = axis})(rows), rows);
    const Value matrix = array<double>({2, 3}, {1, 2, 3, 4, 5, 6});
    EXPECT_EQ(pmap(same(), {.num_workers = 2, .in_axes = 1, .out_axes = axis})(matrix), matrix);
    const Value mixed = list({array<double>({3}, {1, 2, 3}), list({4, 5, 6})});
    EXPECT_EQ(pmap(same(), {.num_workers = 3, .in_axes = 1, .out_axes = axis})(mixed),
              list({array<double>({3}, {1, 2, 3}), list({4, 5, 6})}));
    EXPECT_EQ(pmap(same(), {.num_workers = 2, .in_axes = 1, .out_axes = {{"m", axis}}})({{"m", rows}}),
              (Value{{"m", rows}}));
  }
  EXPECT_EQ(pmap(same(), {.num_workers = 2, .in_axes = 1, .out_axes = 0})(rows),
            list({list({1, 2}), list({4, 5}), list({3}), list({6})}));
  const Value cube = list({rows, rows});
  EXPECT_EQ(pmap(same(), {.num_workers = 3, .in_axes = 2, .out_axes = 2})(cube), cube);
}

TEST(OutputAxes, ShardsMustHaveTheAxis) {
  const auto message = [](const xcs::Axes& axes, const Value& input) {
    return message_of_error<TransformError>(
        [&] { (void)pmap(same(), {.num_workers = 2, .out_axes = axes})(input); });
  };
  EXPECT_NE(message(1, numbers(4)).find("out of range"), std::string::npos);
  EXPECT_NE(message(-2, numbers(4)).find("out of range"), std::string::npos);
  EXPECT_NE(message(1, list({list({1}), list({2}), list({3})})).find("different lengths"), std::string::npos);
  const Op<> count = Scripted([](const Value& in) -> Value { return in.size(); });
  EXPECT_THROW((void)pmap(count, {.num_workers = 2, .out_axes = 1})(numbers(4)), TransformError);
  EXPECT_EQ(pmap(count, {.num_workers = 2, .out_axes = -1})(numbers(4)), list({2, 2}));
}

/// Two rows for each number but `bad`, which fails.
Op<> rows_but(std::int64_t bad) {
  return op("rows", [bad](const Value& x) -> Value {
    if (x.integer() == bad) throw std::runtime_error("boom");
    return list({x, x.integer() * 10});
  });
}

TEST(OutputAxes, AFailedItemIsNullInEveryRow) {
  for (const std::int64_t bad : {0, 1, 2}) {
    const auto at = [&](std::int64_t x, std::int64_t times) { return x == bad ? Value() : Value(x * times); };
    for (const int axis : {1, -1}) {
      EXPECT_EQ(
          pmap(rows_but(bad), {.num_workers = 2, .out_axes = axis, .continue_on_errors = true})(numbers(3)),
          list({list({at(0, 1), at(1, 1), at(2, 1)}), list({at(0, 10), at(1, 10), at(2, 10)})}));
    }
  }
  const Op<> fields = op("fields", [](const Value& in) -> Value {
    if (in["x"].integer() == 1) throw std::runtime_error("boom");
    return {{"m", list({in["x"], 5})}, {"same", 7}};
  });
  EXPECT_EQ(pmap(fields, {.out_axes = {{"m", 1}, {"same", nullptr}}, .continue_on_errors = true})(
                {{"x", numbers(3)}}),
            (Value{{"m", list({list({0, nullptr, 2}), list({5, nullptr, 5})})}, {"same", 7}}));
}

TEST(OutputAxes, AFieldThatAnItemLacksIsNullInEveryRow) {
  const Op<> uneven = op("uneven", [](const Value& in) -> Value {
    if (in["x"].integer() == 1) return {{"n", 1}};
    return {{"n", in["x"]}, {"m", list({in["x"], 5})}};
  });
  EXPECT_EQ(vmap(uneven, {.out_axes = {{"m", 1}}})({{"x", numbers(3)}})["m"],
            list({list({0, nullptr, 2}), list({5, nullptr, 5})}));
}

TEST(OutputAxes, AFailedItemIsNotAskedForTheCommonOutput) {
  for (const std::int64_t bad : {0, 2}) {
    const Op<> constant = op("constant", [bad](const Value& x) -> Value {
      if (x.integer() == bad) throw std::runtime_error("boom");
      return 7;
    });
    EXPECT_EQ(pmap(constant, {.out_axes = nullptr, .continue_on_errors = true})(numbers(3)), Value(7));
  }
  const Op<> by_shard = Scripted([](const Value& shard) -> Value {
    if (shard[0].integer() == 0) throw std::runtime_error("boom");
    return {{"model", "m"}};
  });
  EXPECT_EQ(pmap(by_shard,
                 {.num_workers = 2, .out_axes = nullptr, .continue_on_errors = true})(numbers(4))["model"],
            Value("m"));
}

TEST(OutputAxes, TheItemsOfAFailedShardAreNullInEveryRow) {
  const Value rows = list({list({1, 2, 3}), list({4, 5, 6})});
  for (const std::int64_t bad : {1, 3}) {
    const Op<> picky = Scripted([bad](const Value& shard) -> Value {
      if (shard[0][0].integer() == bad) throw std::runtime_error("boom");
      return shard;
    });
    const Value expected = bad == 1 ? list({list({nullptr, nullptr, 3}), list({nullptr, nullptr, 6})})
                                    : list({list({1, 2, nullptr}), list({4, 5, nullptr})});
    EXPECT_EQ(pmap(picky, {.num_workers = 2, .in_axes = 1, .out_axes = 1, .continue_on_errors = true})(rows),
              expected);
  }
}

TEST(OutputAxes, NotANumberIsACommonOutput) {
  const Op<> nan = op("nan", [](const Value&) -> Value { return {{"x", std::nan("")}}; });
  EXPECT_TRUE(std::isnan(vmap(nan, {.out_axes = nullptr})(numbers(3))["x"].number()));
  const Op<> differing = op("differing", [](const Value& x) -> Value {
    return x.integer() == 2 ? Value(1.5) : Value(std::nan(""));
  });
  EXPECT_NE(message_of_error<TransformError>([&] {
              (void)vmap(differing, {.out_axes = nullptr})(numbers(3));
            }).find("position 2 is not like position 0"),
            std::string::npos);
}

TEST(OutputAxes, MessagesNameTheOptionThatWasGiven) {
  const xcs::DeviceMesh mesh({.shape = {2}});
  const auto message = [&](const xcs::MeshOptions& options, const Value& input) {
    return message_of_error<TransformError>([&] { (void)xcs::mesh_sharded(same(), mesh, options)(input); });
  };
  const Value input = {{"x", numbers(2)}, {"k", 1}};
  const xcs::PartitionSpec first(0);
  EXPECT_NE(message({.in_partition = {{"z", first}}}, input).find("in_partition names 'z'"),
            std::string::npos);
  EXPECT_NE(message({.in_partition = {{"k", first}}}, input).find("in_partition says that field 'k'"),
            std::string::npos);
  EXPECT_NE(message({.in_partition = {{"x", first}}}, numbers(2)).find("in_partition names fields"),
            std::string::npos);
  EXPECT_NE(message({.partition_spec = first, .out_partition = {{"z", first}}}, input)
                .find("out_partition names 'z'"),
            std::string::npos);
}

}  // namespace
}  // namespace ember
