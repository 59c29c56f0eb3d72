// The law by column: answers by column are those of the items one by one, whatever the batch is and however
// it is divided.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include <ember/array.hpp>
#include <ember/columns.hpp>
#include <ember/json.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

/// Arrays as lists: by column, outputs may be either.
Value as_lists(const Value& value) {
  if (value.is_mapping()) {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [name, item] : value.fields()) fields.emplace_back(name, as_lists(item));
    return Value::mapping(std::move(fields));
  }
  if (!value.is_list() && !value.is_array()) return value;
  std::vector<Value> items;
  for (std::size_t i = 0; i < value.size(); ++i) items.push_back(as_lists(value[i]));
  return Value::list(std::move(items));
}

std::string text_of(const Value& value) {
  return to_json(as_lists(value));
}

template <class T>
T random_number(Random& random) {
  return static_cast<T>(below(random, 100));
}

template <class T>
Value random_array(Random& random, std::vector<std::size_t> shape) {
  std::size_t elements = 1;
  for (const std::size_t length : shape) elements *= length;
  std::vector<T> data;
  for (std::size_t i = 0; i < elements; ++i) data.push_back(random_number<T>(random));
  return array<T>(std::move(shape), std::move(data));
}

/// Numbers in any form that a Value has for them.
Value random_numbers(Random& random, const std::vector<std::size_t>& shape) {
  switch (below(random, 6)) {
    case 0:
      return random_array<double>(random, shape);
    case 1:
      return random_array<float>(random, shape);
    case 2:
      return random_array<std::int64_t>(random, shape);
    case 3:
      return random_array<std::int32_t>(random, shape);
    case 4:
      return random_array<std::uint8_t>(random, shape);
    default:
      return as_lists(random_array<std::int64_t>(random, shape));
  }
}

std::size_t random_size(Random& random) {
  constexpr std::size_t sizes[] = {0, 1, 2, 3, 7, 64, 250, 1000};
  return sizes[below(random, std::size(sizes))];
}

/// A number that all numbers in `value` and their order have a part in. Wraps around, and so stays exact.
double sum_of(const Value& value) {
  if (value.is_integer() || value.is_number()) return value.number();
  double sum = 0;
  if (value.is_mapping()) {
    for (const auto& [name, item] : value.fields()) sum = std::fmod(sum * 5 + sum_of(item), 1009.0);
  } else {
    for (std::size_t i = 0; i < value.size(); ++i) sum = std::fmod(sum * 3 + sum_of(value[i]), 1009.0);
  }
  return sum;
}

enum class Output { list, array, mapping };

Value item_output(const Value& item, Output output) {
  const double sum = sum_of(item);
  if (output == Output::mapping) return {{"sum", sum}, {"item", item}};
  return sum;
}

class ByItem final : public Operator<> {
 public:
  explicit ByItem(Output output) : output_(output) {}
  Value forward(const Value& item) const override { return item_output(item, output_); }

 private:
  Output output_;
};

class ByColumn final : public Operator<> {
 public:
  explicit ByColumn(Output output) : output_(output) {}
  Value forward(const Value& item) const override { return item_output(item, output_); }
  [[nodiscard]] Value forward_columns(const Columns& columns) const override {
    const ColumnOutput<double> sums = columns.new_array<double>();
    std::vector<Value> items;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      items.push_back(columns.item(i));
      sums.elements[i] = sum_of(items.back());
    }
    if (output_ == Output::mapping) return {{"sum", sums.array}, {"item", Value::list(std::move(items))}};
    return output_ == Output::list ? as_lists(sums.array) : sums.array;
  }

 private:
  Output output_;
};

struct Sample {
  Value input;
  xcs::Axes in_axes;
};

Sample random_sample(Random& random) {
  const std::size_t size = random_size(random);
  switch (below(random, 4)) {
    case 0:
      return {random_numbers(random, {size}), {}};
    case 1:
      return {random_numbers(random, {size, 1 + below(random, 4)}), {}};
    case 2: {
      const xcs::Axes axis = std::array<int, 2>{1, -1}[below(random, 2)];
      return {random_numbers(random, {1 + below(random, 3), size}), axis};
    }
    default: {
      Value input = {{"x", random_numbers(random, {size})},
                     {"k", 3},
                     {"c", random_numbers(random, {std::min<std::size_t>(size, 64)})},
                     {"y", random_numbers(random, {2, size, 2})}};
      return {std::move(input), {{"x", 0}, {"y", 1}}};
    }
  }
}

class ColumnsLaw : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ColumnsLaw, GivesWhatTheItemsGive) {
  Random random(GetParam());
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE("seed " + std::to_string(GetParam()) + ", round " + std::to_string(round));
    const Sample sample = random_sample(random);
    const auto output = static_cast<Output>(below(random, 3));
    xcs::VmapOptions options;
    options.in_axes = sample.in_axes;
    if (below(random, 2) == 0) options.batch_size = 1 + static_cast<int>(below(random, 300));
    const std::string expected = text_of(xcs::vmap(ByItem(output), options)(sample.input));
    EXPECT_EQ(text_of(xcs::vmap(ByColumn(output), options)(sample.input)), expected);
    xcs::PmapOptions workers;
    workers.in_axes = sample.in_axes;
    workers.num_workers = 1 + static_cast<int>(below(random, 8));
    workers.granularity = "item";
    EXPECT_EQ(text_of(xcs::pmap(ByColumn(output), workers)(sample.input)), expected);
    if (HasFailure()) return;
  }
}

TEST_P(ColumnsLaw, NestedBatchesNest) {
  Random random(GetParam());
  const Value input = random_numbers(random, {1 + below(random, 9), 1 + below(random, 50)});
  const auto nested = [&](const Op<>& f) {
    return text_of(xcs::vmap(xcs::vmap(f, {.batch_size = 7}))(input));
  };
  EXPECT_EQ(nested(ByColumn(Output::array)), nested(ByItem(Output::array))) << "seed " << GetParam();
  EXPECT_EQ(text_of(xcs::pmap(xcs::vmap(ByColumn(Output::list)), {.num_workers = 3})(input)),
            text_of(xcs::vmap(ByItem(Output::list))(input)));
}

/// `x * k + 1` in the types given, by item and by array.
template <class R, class X, class K>
class Affine final : public Operator<R(X, K)> {
 public:
  R forward(const X& x, const K& k) const override { return static_cast<R>(x * k + 1); }
  void forward_array(std::span<const X> x, std::span<const K> k, std::span<R> outputs) const override {
    ASSERT_EQ(x.size(), outputs.size());
    ASSERT_EQ(k.size(), outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = forward(x[i], k[i]);
  }
};

template <class R, class X, class K>
void check_numeric(Random& random) {
  const Op<R(X, K)> affine = Affine<R, X, K>();
  const Op<R(X, K)> plain =
      op("plain", [](const X& x, const K& k) { return Affine<R, X, K>().forward(x, k); });
  const std::size_t size = random_size(random);
  const auto numbers = [&]<class T>(T) {
    return below(random, 2) == 0 ? random_array<T>(random, {size})
                                 : as_lists(random_array<T>(random, {size}));
  };
  const bool is_constant = below(random, 2) == 0;
  const Value x = numbers(X());
  const Value k = is_constant ? Value(3) : numbers(K());
  xcs::VmapOptions options;
  if (is_constant) options.in_axes = {0, nullptr};
  if (below(random, 2) == 0) options.batch_size = 1 + static_cast<int>(below(random, 300));
  EXPECT_EQ(xcs::vmap(affine, options)(x, k), xcs::vmap(plain, options)(x, k));
}

TEST_P(ColumnsLaw, NumbersOfAllTypes) {
  Random random(GetParam());
  check_numeric<double, double, double>(random);
  check_numeric<double, float, std::int64_t>(random);
  check_numeric<float, float, float>(random);
  check_numeric<std::int64_t, std::int64_t, std::int32_t>(random);
  check_numeric<std::int32_t, std::uint8_t, std::int32_t>(random);
  check_numeric<std::uint8_t, std::uint8_t, std::uint8_t>(random);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ColumnsLaw, ::testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace ember
