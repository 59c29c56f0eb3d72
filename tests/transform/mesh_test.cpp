#include <ember/device_mesh.hpp>
#include <ember/mesh_sharded.hpp>

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include <ember/batching.hpp>
#include <ember/compose.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::error_of;
using test::make_log;
using test::message_of_error;
using test::numbers;
using test::Scripted;
using xcs::DeviceMesh;
using xcs::mesh_sharded;
using xcs::MeshRange;
using xcs::PartitionSpec;

const DeviceMesh& square() {
  static const DeviceMesh mesh({.shape = {2, 2}});
  return mesh;
}

TEST(DeviceMesh, SaysWhatDoesNotFit) {
  const auto message = [](const xcs::DeviceMeshOptions& options) {
    return message_of_error<TransformError>([&] { (void)DeviceMesh(options); });
  };
  EXPECT_NE(message({.devices = {0, 1, 2}, .shape = {2, 2}}).find("room for 4 devices, but there are 3"),
            std::string::npos);
  EXPECT_NE(message({.shape = {2, 0}}).find("positive, got (2, 0)"), std::string::npos);
  EXPECT_NE(message({.shape = {-1}}).find("positive"), std::string::npos);
  EXPECT_NE(message({.devices = std::vector<Value>{}}).find("at least one device"), std::string::npos);
  EXPECT_NE(message({.devices = {"a", "b", "a"}}).find("device a stands twice"), std::string::npos);
  EXPECT_NE(message({.devices = {1.5}}).find("an int or a string"), std::string::npos);
  EXPECT_EQ(DeviceMesh({.devices = {1, "1"}}).size(), 2U) << "an int is no string";
}

TEST(DeviceMesh, PartsOfIt) {
  const DeviceMesh mesh({.shape = {2, 3}});
  EXPECT_EQ(mesh.to_string(), "DeviceMesh(shape=(2, 3), devices=6)");
  const DeviceMesh row = mesh.get_submesh(1);
  EXPECT_EQ(row.shape(), std::vector<std::size_t>{3});
  EXPECT_EQ(row.get_device(2), Value("cpu:5"));
  const DeviceMesh part = mesh.get_submesh(MeshRange::all(), MeshRange{1, 3});
  EXPECT_EQ(part.shape(), (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(part.devices(), (std::vector<Value>{"cpu:1", "cpu:2", "cpu:4", "cpu:5"}));
  const DeviceMesh one = mesh.get_submesh(1, 2);
  EXPECT_TRUE(one.shape().empty());
  EXPECT_EQ(one.get_device(), Value("cpu:5"));
  EXPECT_EQ(one.to_string(), "DeviceMesh(shape=(), devices=1)");
  EXPECT_THROW((void)mesh.get_submesh(2), ItemNotFoundError);
  EXPECT_THROW((void)mesh.get_submesh(-1), ItemNotFoundError);
  EXPECT_THROW((void)mesh.get_submesh(0, 0, 0), ItemNotFoundError);
  EXPECT_THROW((void)mesh.get_submesh(MeshRange{1, 1}), ItemNotFoundError);
}

TEST(PartitionSpec, NamesAxes) {
  EXPECT_EQ(PartitionSpec().to_string(), "PartitionSpec()");
  EXPECT_TRUE(PartitionSpec(nullptr, nullptr).is_replicated());
  EXPECT_FALSE(PartitionSpec(nullptr, 0).is_replicated());
  EXPECT_EQ(PartitionSpec(0, nullptr), PartitionSpec(0, nullptr));
  EXPECT_THROW(PartitionSpec("x"), TransformError);
}

/// The devices that the shards of six items ran on, with the shards.
std::map<std::string, Value> placed(const PartitionSpec& spec, const char* granularity) {
  std::mutex mutex;
  std::map<std::string, std::vector<Value>> seen;
  const Op<> noting = Scripted([&](const Value& in) -> Value {
    const std::lock_guard lock(mutex);
    auto& here = seen[Context::current().device()];
    if (in.is_list()) {
      here.insert(here.end(), in.items().begin(), in.items().end());
    } else {
      here.push_back(in);
    }
    return in;
  });
  const auto scope = xcs::execution_options({.use_parallel = false});
  EXPECT_EQ(mesh_sharded(noting, square(), {.partition_spec = spec, .granularity = granularity})(numbers(6)),
            numbers(6));
  std::map<std::string, Value> lists;
  for (auto& [device, items] : seen) lists[device] = Value::list(items);
  return lists;
}

TEST(MeshSharded, DividesOverTheNamedAxesInRowMajorOrder) {
  using Placed = std::map<std::string, Value>;
  for (const char* granularity : {"item", "shard"}) {
    EXPECT_EQ(
        placed(PartitionSpec(0, 1), granularity),
        (Placed{
            {"cpu:0", list({0, 1})}, {"cpu:1", list({2, 3})}, {"cpu:2", list({4})}, {"cpu:3", list({5})}}));
    EXPECT_EQ(placed(PartitionSpec(0, nullptr), granularity),
              (Placed{{"cpu:0", list({0, 1, 2})}, {"cpu:2", list({3, 4, 5})}}));
    EXPECT_EQ(placed(PartitionSpec(nullptr, 1), granularity),
              (Placed{{"cpu:0", list({0, 1, 2})}, {"cpu:1", list({3, 4, 5})}}));
    EXPECT_EQ(placed(PartitionSpec(), granularity), (Placed{{"cpu:0", numbers(6)}}));
    EXPECT_EQ(placed(PartitionSpec(nullptr, nullptr), granularity), (Placed{{"cpu:0", numbers(6)}}));
  }
}

TEST(MeshSharded, FieldsAreDividedAlikeOrNotAtAll) {
  const PartitionSpec rows(0, nullptr);
  const Value input = {{"a", numbers(4)}, {"b", numbers(4)}, {"c", numbers(3)}};
  const Op<> sizes = Scripted([](const Value& in) -> Value {
    return {{"n", in["a"].size() * 100 + in["b"].size() * 10 + in["c"].size()}};
  });
  EXPECT_EQ(mesh_sharded(sizes, square(), {.in_partition = {{"a", rows}, {"b", rows}}})(input),
            (Value{{"n", list({223, 223})}}));
  EXPECT_EQ(mesh_sharded(sizes, square(), {.in_partition = {{"a", rows}, {"b", PartitionSpec()}}})(input),
            (Value{{"n", list({243, 243})}}));
  EXPECT_EQ(mesh_sharded(sizes, square(), {.in_partition = {{"a", PartitionSpec()}}})(input),
            (Value{{"n", 443}}))
      << "nothing to divide: one call";
  EXPECT_THROW((void)mesh_sharded(sizes, square(), {.in_partition = {{"a", rows}, {"c", rows}}})(input),
               TransformError);
  EXPECT_THROW((void)mesh_sharded(sizes, square(), {.in_partition = {{"z", rows}}})(input), TransformError);
  EXPECT_THROW((void)mesh_sharded(sizes, square(), {.in_partition = {{"a", rows}, {"b", PartitionSpec(1)}}}),
               TransformError);
  EXPECT_THROW((void)mesh_sharded(sizes, square(), {.partition_spec = rows, .in_partition = {{"a", rows}}}),
               TransformError);
}

TEST(MeshSharded, ReplicatedOutputsAreGivenOnce) {
  const Op<> f = Scripted([](const Value& in) -> Value { return {{"x", in["x"]}, {"model", "m"}}; });
  const auto sharded = mesh_sharded(
      f, square(), {.partition_spec = PartitionSpec(0, 1), .out_partition = {{"model", PartitionSpec()}}});
  EXPECT_EQ(sharded({{"x", numbers(5)}}), (Value{{"x", numbers(5)}, {"model", "m"}}));
  const auto differing = mesh_sharded(
      f, square(), {.partition_spec = PartitionSpec(0, 1), .out_partition = {{"x", PartitionSpec()}}});
  EXPECT_THROW((void)differing({{"x", numbers(5)}}), TransformError);
}

TEST(MeshSharded, TheFirstFailingDeviceIsNamed) {
  const Op<> f = Scripted([](const Value& in) -> Value {
    if (in.integer() >= 4) throw std::runtime_error("boom");
    return in;
  });
  const auto error = error_of<xcs::MeshShardingError>([&] {
    (void)mesh_sharded(f, square(),
                       {.partition_spec = PartitionSpec(0, 1), .granularity = "item"})(numbers(6));
  });
  EXPECT_EQ(error.coordinates(), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(error.items(), (xcs::ItemRange{4, 5}));
  EXPECT_STREQ(error.what(), "[mesh_sharded] device (1, 0) (item 4) failed: boom");
  EXPECT_EQ(error.code(), Errc::mesh_sharding);
}

TEST(MeshSharded, WhatRunsInsideStaysOnItsDevice) {
  std::mutex mutex;
  std::map<std::string, int> seen;
  const auto leaf = op("leaf", [&](const Value& in) -> Value {
    const std::lock_guard lock(mutex);
    ++seen[Context::current().device()];
    return in;
  });
  const auto inner = xcs::compose(xcs::jit, xcs::vmap)(leaf);
  EXPECT_EQ((inner | mesh_sharded(square(), PartitionSpec(0, 1)))(numbers(8)), numbers(8));
  EXPECT_EQ(seen, (std::map<std::string, int>{{"cpu:0", 2}, {"cpu:1", 2}, {"cpu:2", 2}, {"cpu:3", 2}}));
  seen.clear();
  EXPECT_EQ(mesh_sharded(test::Waiting(0.001), square(),
                         {.partition_spec = PartitionSpec(0), .granularity = "item"})(numbers(5)),
            numbers(5));
}

TEST(MeshSharded, TypedOperatorsKeepTheirTypes) {
  const Op<std::vector<int>(std::vector<int>)> sharded =
      mesh_sharded([](int x) { return x + 1; }, square(), PartitionSpec(0, 1));
  EXPECT_EQ(sharded({1, 2, 3}), (std::vector<int>{2, 3, 4}));
}

TEST(Batching, SizesSplitsAndCombines) {
  const Value inputs = {{"x", list({1, 2, 3})}, {"y", "constant"}};
  EXPECT_EQ(xcs::get_batch_size(inputs), 3U);
  EXPECT_EQ(xcs::split_batch(inputs, {{"x", 0}}, 2), (Value{{"x", 3}, {"y", "constant"}}));
  EXPECT_NE(message_of_error<TransformError>([] {
              (void)xcs::get_batch_size({{"x", list({1})}, {"y", list({1, 2})}});
            }).find("Inconsistent batch"),
            std::string::npos);
  EXPECT_NE(message_of_error<TransformError>([] {
              (void)xcs::get_batch_size({{"x", list({})}});
            }).find("Empty batch"),
            std::string::npos);
  EXPECT_THROW((void)xcs::get_batch_size({{"x", 1}}), TransformError);
  EXPECT_THROW((void)xcs::split_batch(inputs, 0, 3), TransformError);
  EXPECT_EQ(xcs::combine_outputs({{{"r", 1}, {"m", "a"}}, {{"r", 2}, {"m", "b"}}}),
            (Value{{"r", list({1, 2})}, {"m", list({"a", "b"})}}));
  EXPECT_EQ(xcs::combine_outputs({}), Value::mapping({}));
  EXPECT_EQ(xcs::combine_outputs({1, 2}), list({1, 2}));
}

TEST(Batching, OlderOptionsMeanTheSame) {
  const Op<> f = test::doubling();
  EXPECT_EQ(xcs::vmap(f, xcs::BatchingOptions{.in_axes = 0, .batch_size = 2, .parallel = true})(numbers(3)),
            list({0, 2, 4}));
  EXPECT_EQ(xcs::pmap(f, xcs::ParallelOptions{.num_workers = 2})(numbers(3)), list({0, 2, 4}));
  EXPECT_EQ(xcs::pmap(f, xcs::TransformOptions{.devices = {"a", "b"}})(numbers(3)), list({0, 2, 4}));
  const auto message = [](const xcs::ParallelOptions& options) {
    return message_of_error<TransformError>([&] { options.validate(); });
  };
  EXPECT_NE(message({.num_workers = -2}).find("num_workers must be positive"), std::string::npos);
  EXPECT_NE(message({.timeout_seconds = 0.0}).find("timeout_seconds must be positive"), std::string::npos);
  xcs::BatchingOptions{
      .in_axes = {{"x", 0}, {"y", 1}}, .out_axis = 0, .batch_size = 10, .parallel = true, .max_workers = 4}
      .validate();
}

}  // namespace
}  // namespace ember
