// The law of a mesh of ranks: for random functions, batches, shapes and specs, with failing items, it gives
// what a mesh of one process gives. Every rank draws the same cases.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <ember/batch_result.hpp>
#include <ember/device_mesh.hpp>
#include <ember/execution_options.hpp>
#include <ember/json.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/world.hpp>

#include "transform/batch_parts.hpp"
#include "value/random_value.hpp"

namespace ember {
namespace {

using xcs::DeviceMesh;
using xcs::PartitionSpec;

/// A function of one item: one of several, all of which look at all of it.
Op<> random_function(test::RandomValue& random) {
  const std::size_t form = random.below(4);
  const std::size_t fails_at = random.below(3) == 0 ? 1 + random.below(40) : 0;
  return op("function", [form, fails_at](const Value& item) -> Value {
    const std::string text = to_json(item);
    if (fails_at != 0 && std::hash<std::string>()(text) % fails_at == 0) {
      throw std::domain_error("not " + text.substr(0, 20));
    }
    if (form == 0) return item;
    if (form == 1) return text.size();
    if (form == 2) return list({item, text});
    return {{"item", item}, {"size", text.size()}};
  });
}

/// A batch of ints, of anything, of lists of any length, or a mapping with a constant.
Value random_batch(test::RandomValue& random) {
  const std::size_t form = random.below(4);
  const std::size_t most = random.below(6) == 0 ? 1000 : 20;
  const std::size_t size = random.below(5) == 0 ? 0 : random.below(most + 1);
  std::vector<Value> items;
  for (std::size_t i = 0; i < size; ++i) {
    if (form == 0) items.emplace_back(random.below(1000));
    if (form == 1) items.push_back(random.mapping(size > 100 ? 1 : 2));
    if (form >= 2) items.push_back(test::numbers(random.below(4)));
  }
  Value all = Value::list(std::move(items));
  if (form < 3) return all;
  return {{"x", all}, {"constant", random.mapping(2)}, {"y", test::numbers(size)}};
}

/// What a call came to, errors included.
std::string outcome_of(const Op<>& op, const Value& input) {
  try {
    return to_json(op(input));
  } catch (const xcs::MeshShardingError& error) {
    return std::string("MeshShardingError at ") + to_string(error.items()) + ": " + error.describe();
  } catch (const TransformError& error) {
    return std::string("TransformError: ") + error.describe();
  } catch (const Error& error) {
    return error.describe();
  }
}

std::string detailed_outcome_of(const Op<>& op, const Value& input) {
  try {
    const xcs::BatchResult result = xcs::call_detailed(op, input);
    std::string text = to_json(result.output);
    for (const auto& failure : result.errors) {
      text += "; " + to_string(failure.items) + ": " + type_name_of(failure.error) + " " +
              message_of(failure.error);
    }
    return text;
  } catch (const Error& error) {
    return error.describe();
  }
}

/// All shapes of one or two dimensions.
std::vector<int> random_shape(test::RandomValue& random) {
  const int size = xcs::world().size;
  std::vector<std::vector<int>> shapes = {{size}};
  for (int rows = 1; rows <= size; ++rows) {
    if (size % rows == 0) shapes.push_back({rows, size / rows});
  }
  return shapes[random.below(shapes.size())];
}

xcs::MeshOptions random_options(test::RandomValue& random, std::size_t dimensions, const Value& batch) {
  std::vector<PartitionSpec> specs = {PartitionSpec(0), PartitionSpec()};
  if (dimensions == 2) {
    specs = {PartitionSpec(0, 1), PartitionSpec(0, nullptr), PartitionSpec(nullptr, 1), PartitionSpec(1, 0),
             PartitionSpec()};
  }
  const PartitionSpec spec = specs[random.below(specs.size())];
  xcs::MeshOptions options;
  options.granularity = random.below(3) == 0 ? "shard" : "item";
  if (batch.is_mapping() && random.below(2) == 0) {
    options.in_partition = {{"x", spec}, {"y", spec}};
  } else {
    options.partition_spec = spec;
  }
  return options;
}

TEST(RankMeshLaw, GivesWhatOneProcessGives) {
  test::RandomValue random(20261121);
  for (int i = 0; i < 250; ++i) {
    const Op<> function = random_function(random);
    const Value batch = random_batch(random);
    const std::vector<int> shape = random_shape(random);
    const xcs::MeshOptions options = random_options(random, shape.size(), batch);
    SCOPED_TRACE("case " + std::to_string(i) + " on rank " + std::to_string(xcs::world().rank));
    const Op<> on_ranks = xcs::mesh_sharded(function, DeviceMesh::from_mpi(shape), options);
    const Op<> alone = xcs::mesh_sharded(function, DeviceMesh({.shape = shape}), options);
    xcs::ExecutionOptions bounds;
    if (random.below(4) == 0) bounds.max_workers = 1 + static_cast<int>(random.below(3));
    const xcs::ExecutionScope scope(bounds);
    const bool is_detailed = random.below(3) == 0;
    const auto outcome = is_detailed ? &detailed_outcome_of : &outcome_of;
    EXPECT_EQ(outcome(on_ranks, batch), outcome(alone, batch));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace ember
