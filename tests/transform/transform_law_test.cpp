// The laws: a transform changes how calls are made, never what comes of them. On random operators, batches,
// axes, bounds and failures, in real and in simulated time.
#include <gtest/gtest.h>

#include <array>

#include <ember/array.hpp>
#include <ember/compose.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include "law_parts.hpp"

namespace ember {
namespace {

using test::below;
using test::Expected;
using test::Form;
using test::made;
using test::plain_outcome;
using test::Random;
using test::Rule;

/// A batch, and its items as anybody would write them down.
struct Sample {
  Value input;
  std::vector<Value> items;
  xcs::Axes in_axes;
};

Value random_cell(Random& random, bool is_row) {
  if (!is_row) return static_cast<std::int64_t>(below(random, 1000));
  return list({static_cast<std::int64_t>(below(random, 9)), static_cast<std::int64_t>(below(random, 9))});
}

Sample random_sample(Random& random) {
  constexpr std::size_t sizes[] = {0, 1, 2, 3, 5, 8, 17, 64, 250, 1000};
  const std::size_t size = sizes[below(random, std::size(sizes))];
  const bool are_rows = below(random, 2) == 0;
  Sample sample;
  std::vector<Value> cells;
  for (std::size_t i = 0; i < size; ++i) cells.push_back(random_cell(random, are_rows));
  const std::size_t style = below(random, 4);
  if (style == 0) {
    sample.input = Value::list(cells);
    sample.items = cells;
    if (are_rows && size > 0 && below(random, 2) == 0) {  // The same items, turned by one axis.
      sample.input = list({list({}), list({})});
      std::vector<Value> columns[2];
      for (const Value& cell : cells)
        for (std::size_t c = 0; c < 2; ++c) columns[c].push_back(cell[c]);
      sample.input = list({Value::list(columns[0]), Value::list(columns[1])});
      sample.in_axes = below(random, 2) == 0 ? 1 : -1;
    }
    return sample;
  }
  if (style == 1) {
    std::vector<double> data;
    for (std::size_t i = 0; i < size; ++i) data.push_back(static_cast<double>(below(random, 50)));
    for (const double number : data) sample.items.emplace_back(number);
    sample.input = array<double>({size}, std::move(data));
    return sample;
  }
  const Value constant = list({1, 2, 3});
  for (const Value& cell : cells)
    sample.items.push_back({{"x", cell}, {"k", 4}, {"c", constant}, {"y", cell}});
  sample.input = {{"x", Value::list(cells)}, {"k", 4}, {"c", constant}, {"y", Value::list(cells)}};
  sample.in_axes = {{"x", 0}, {"y", 0}, {"c", nullptr}};
  return sample;
}

Value stacked(const Sample& sample, const Rule& rule, const std::vector<Value>& outputs) {
  if (!sample.input.is_mapping() || !rule.gives_mapping) {
    return sample.input.is_mapping() && outputs.empty() ? Value::mapping({}) : Value::list(outputs);
  }
  if (outputs.empty()) return Value::mapping({});
  std::vector<Value> values;
  std::vector<Value> inputs;
  for (const Value& output : outputs) {
    values.push_back(output["value"]);
    inputs.push_back(output["input"]);
  }
  return {{"value", Value::list(values)}, {"input", Value::list(inputs)}};
}

class TransformLaw : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static std::optional<int> random_workers(Random& random) {
    const int workers = static_cast<int>(below(random, 9));
    return workers == 0 ? std::nullopt : std::optional(workers);
  }

  /// Checks one transformed form against the items.
  static void check(const std::string& what, const Op<>& transformed, const Sample& sample, const Rule& rule,
                    const test::CallLog& log, bool counts_failing) {
    const Expected expected = plain_outcome(rule, sample.items);
    try {
      const Value output = transformed(sample.input);
      EXPECT_FALSE(expected.failed) << what;
      EXPECT_EQ(output, stacked(sample, rule, expected.outputs)) << what;
      EXPECT_EQ(log.count(), sample.items.size()) << what << ": an item was lost or doubled";
    } catch (const Error& error) {
      ASSERT_TRUE(expected.failed) << what << ": " << error.what();
      EXPECT_EQ(message_of(root_cause(error.cause())), expected.message) << what << ": " << error.what();
      if (counts_failing) {
        EXPECT_EQ(error.context().at("index"), std::to_string(*expected.failed)) << what;
        EXPECT_GE(log.count(), *expected.failed + 1) << what;
        EXPECT_LE(log.count(), sample.items.size()) << what;
      }
    }
  }

  static void run_case(Random& random) {
    const Sample sample = random_sample(random);
    Rule rule{static_cast<std::int64_t>(below(random, 9)) + 1, 0, below(random, 2) == 0};
    if (below(random, 3) == 0) rule.refused = static_cast<std::int64_t>(below(random, 200)) + 2;
    const Form form = static_cast<Form>(below(random, 4));
    const auto log = std::make_shared<test::CallLog>();
    const Op<> op = made(form, rule, log);
    const std::string what = "form " + std::to_string(static_cast<int>(form)) + ", " +
                             std::to_string(sample.items.size()) + " items";
    std::optional<xcs::ExecutionScope> scope;
    const std::size_t options = below(random, 4);
    if (options == 1)
      scope.emplace(xcs::ExecutionOptions{.max_workers = 1 + static_cast<int>(below(random, 3))});
    if (options == 2) scope.emplace(xcs::ExecutionOptions{.use_parallel = false});
    const std::size_t transform = below(random, 4);
    const bool counts = form != Form::batched;
    if (transform == 0) {
      xcs::VmapOptions vmap;
      vmap.in_axes = sample.in_axes;
      if (below(random, 2) == 0) vmap.batch_size = 1 + static_cast<int>(below(random, 40));
      vmap.max_workers = random_workers(random);
      if (below(random, 4) == 0) vmap.parallel = below(random, 2) == 0;
      check("vmap of " + what, xcs::vmap(op, vmap), sample, rule, *log, counts);
    } else if (transform == 1) {
      xcs::PmapOptions pmap;
      pmap.in_axes = sample.in_axes;
      pmap.num_workers = random_workers(random);
      pmap.granularity = "item";
      check("pmap of " + what, xcs::pmap(op, pmap), sample, rule, *log, counts);
    } else if (transform == 2) {
      // Shards of a vmap give what the vmap of all gives: lists stand one after the other.
      xcs::PmapOptions pmap;
      pmap.in_axes = sample.in_axes;
      pmap.num_workers = random_workers(random);
      pmap.sharding_options.max_shard_size = static_cast<int>(below(random, 20));
      pmap.sharding_options.strategy = std::array{"even", "greedy", "dynamic"}[below(random, 3)];
      if (sample.items.empty() || sample.input.is_array()) return;
      check("pmap(vmap) of " + what, xcs::pmap(xcs::vmap(op, {.in_axes = sample.in_axes}), pmap), sample,
            rule, *log, false);
    } else {
      if (sample.in_axes.value() == Value(1) || sample.in_axes.value() == Value(-1)) return;
      const std::vector<int> shape = {1 + static_cast<int>(below(random, 3)),
                                      1 + static_cast<int>(below(random, 3))};
      const xcs::PartitionSpec specs[] = {xcs::PartitionSpec(0, 1), xcs::PartitionSpec(0, nullptr),
                                          xcs::PartitionSpec(nullptr, 1), xcs::PartitionSpec(1),
                                          xcs::PartitionSpec()};
      const xcs::PartitionSpec spec = specs[below(random, 5)];
      xcs::MeshOptions mesh;
      mesh.granularity = "item";
      if (sample.input.is_mapping()) {
        mesh.in_partition = {{"x", spec}, {"y", spec}};
        if (spec.is_replicated()) return;
      } else {
        mesh.partition_spec = spec;
      }
      check("mesh of " + what, xcs::mesh_sharded(op, xcs::DeviceMesh({.shape = shape}), mesh), sample, rule,
            *log, false);
    }
  }
};

TEST_P(TransformLaw, GivesWhatTheItemsGiveOneByOne) {
  test::run_cases(GetParam(), 25, [](test::Random& random) { run_case(random); });
}

TEST_P(TransformLaw, NestedBatchesNest) {
  Random random(GetParam());
  std::vector<Value> rows;
  std::vector<Value> doubled;
  for (std::size_t i = 0; i < 1 + below(random, 12); ++i) {
    const std::size_t length = below(random, 30);
    std::vector<Value> row;
    std::vector<Value> twice;
    for (std::size_t j = 0; j < length; ++j) {
      row.emplace_back(below(random, 100));
      twice.emplace_back(row.back().integer() * 2);
    }
    rows.push_back(Value::list(row));
    doubled.push_back(Value::list(twice));
  }
  const Value input = Value::list(rows);
  const Value expected = Value::list(doubled);
  const int workers = 1 + static_cast<int>(below(random, 8));
  const auto outer = xcs::vmap({.max_workers = workers});
  const auto inner = xcs::vmap({.batch_size = workers});
  const Op<> f = test::doubling();
  EXPECT_EQ(outer(inner(f))(input), expected) << "seed " << GetParam();
  EXPECT_EQ(outer(xcs::jit(inner(xcs::jit(f))))(input), expected) << "seed " << GetParam();
  EXPECT_EQ(xcs::pmap(outer(inner(f)), {.num_workers = workers})(input), expected) << "seed " << GetParam();
  EXPECT_EQ(outer(xcs::pmap(f, {.num_workers = workers}))(input), expected) << "seed " << GetParam();
  const auto mesh = xcs::mesh_sharded(xcs::DeviceMesh({.shape = {2, 2}}), xcs::PartitionSpec(1));
  EXPECT_EQ(mesh(xcs::jit(outer(inner(f))))(input), expected) << "seed " << GetParam();
  // Composition is associative.
  EXPECT_EQ(xcs::compose(xcs::compose(outer, xcs::jit), inner)(f)(input),
            xcs::compose(outer, xcs::compose(xcs::jit, inner))(f)(input));
}

INSTANTIATE_TEST_SUITE_P(Seeds, TransformLaw, ::testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace ember
