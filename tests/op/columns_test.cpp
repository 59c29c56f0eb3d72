#include <ember/columns.hpp>

#include <gtest/gtest.h>

#include <ember/array.hpp>
#include <ember/error.hpp>
#include <ember/op.hpp>

namespace ember {
namespace {

class Plain final : public Operator<double(double)> {
 public:
  double forward(const double& x) const override { return x + 1; }
};

class ByArray final : public Operator<double(double)> {
 public:
  double forward(const double& x) const override { return x + 1; }

 private:
  void forward_array(std::span<const double> x, std::span<double> outputs) const override {
    for (std::size_t i = 0; i < x.size(); ++i) outputs[i] = x[i] + 10;
  }
};

class ByColumn final : public Operator<> {
 public:
  Value forward(const Value& x) const override { return x; }
  [[nodiscard]] Value forward_columns(const Columns& columns) const override { return columns.inputs(); }
};

Columns one_column(const Value& column) {
  return {Columns::Form::value, column, column.size(), {0}};
}

TEST(ColumnForms, AreNotedWhenOverridden) {
  EXPECT_FALSE(Op(Plain()).target().has_columns());
  EXPECT_FALSE(dynamic(Op(Plain())).target().has_columns());
  EXPECT_TRUE(Op(ByArray()).target().has_columns());
  EXPECT_TRUE(dynamic(Op(ByArray())).target().has_columns());
  EXPECT_TRUE(Op(ByColumn()).target().has_columns());
  EXPECT_FALSE(op("echo", [](const Value& x) -> Value { return x; }).target().has_columns());
}

TEST(ColumnForms, ByDefaultItemsAreCalledOneByOne) {
  EXPECT_EQ(Op(Plain()).target().forward_columns(one_column(list({1, 2}))), list({2, 3}));
}

TEST(ColumnForms, ANumericOperatorWritesAnArray) {
  const Op<double(double)> by_array = ByArray();
  EXPECT_EQ(by_array.target().call_columns(one_column(array<double>({2}, {1, 2}))),
            array<double>({2}, {11, 12}));
  EXPECT_EQ(by_array.target().call_columns(one_column(list({1, 2}))), list({11, 12}));
}

TEST(ColumnForms, GiveTheInputOfAnyItem) {
  const Columns arguments(Columns::Form::arguments, list({list({1, 2}), "constant"}), 2, {0});
  EXPECT_EQ(arguments.item(1), list({2, "constant"}));
  EXPECT_TRUE(arguments.is_batched(0));
  EXPECT_FALSE(arguments.is_batched(1));
  EXPECT_EQ(arguments.argument(1), "constant");
  const Columns fields(Columns::Form::fields, {{"k", 1}, {"x", array<double>({2}, {3, 4})}}, 2, {1});
  EXPECT_EQ(fields.item(0), (Value{{"k", 1}, {"x", 3}}));
  EXPECT_TRUE(fields.is_batched("x"));
  EXPECT_FALSE(fields.is_batched("k"));
}

TEST(ColumnForms, NumbersOutOfRangeAreRefused) {
  const Columns columns = one_column(list({1, 300}));
  EXPECT_EQ(NumberColumn<std::int64_t>(columns, 0).elements()[1], 300);
  EXPECT_THROW(NumberColumn<std::uint8_t>(columns, 0), ValidationError);
}

}  // namespace
}  // namespace ember
