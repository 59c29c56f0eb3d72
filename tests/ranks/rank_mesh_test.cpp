#include <gtest/gtest.h>

#include <ember/array.hpp>
#include <ember/batch_result.hpp>
#include <ember/compose.hpp>
#include <ember/device_mesh.hpp>
#include <ember/execute.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/runtime.hpp>
#include <ember/vmap.hpp>
#include <ember/world.hpp>

#include "ranks/rank_link.hpp"
#include "transform/batch_parts.hpp"

namespace ember {
namespace {

using test::error_of;
using test::message_of_error;
using test::numbers;
using xcs::DeviceMesh;
using xcs::mesh_sharded;
using xcs::PartitionSpec;
using xcs::world;

const DeviceMesh& all_ranks() {
  static const DeviceMesh mesh = DeviceMesh::from_mpi();
  return mesh;
}

bool is_launched() {
  return ranks::launched_processes() > 0;
}

/// Gives the rank that it runs on.
Op<> where() {
  return op("where", [](const Value&) -> Value { return world().rank; });
}

/// The rank of each of `items` items that are divided over all ranks.
Value divided(std::size_t items) {
  std::vector<Value> ranks;
  const auto size = static_cast<std::size_t>(world().size);
  for (std::size_t rank = 0; rank < size; ++rank) {
    for (std::size_t i = 0; i < items / size + (rank < items % size ? 1 : 0); ++i) ranks.emplace_back(rank);
  }
  return Value::list(std::move(ranks));
}

TEST(RankMesh, HasAllRanks) {
  EXPECT_EQ(all_ranks().size(), static_cast<std::size_t>(world().size));
  EXPECT_EQ(all_ranks().shape(), std::vector<std::size_t>{all_ranks().size()});
  EXPECT_FALSE(world().host.empty());
  EXPECT_EQ(all_ranks().get_device(0), Value(is_launched() ? "mpi:0" : "cpu:0"));
  EXPECT_EQ(all_ranks().ranks().empty(), world().size == 1);
}

TEST(RankMesh, RefusesAShapeForAnotherNumberOfRanks) {
  if (!is_launched()) {
    EXPECT_EQ(DeviceMesh::from_mpi({2, 2}).to_string(), "DeviceMesh(shape=(2, 2), devices=4)");
    return;
  }
  const auto message =
      message_of_error<TransformError>([] { (void)DeviceMesh::from_mpi({world().size + 1}); });
  EXPECT_NE(message.find("but there are " + std::to_string(world().size)), std::string::npos) << message;
  EXPECT_THROW((void)DeviceMesh::from_mpi({world().size, 0}), TransformError);
}

TEST(RankMesh, DividesItemsOverRanksOnceEach) {
  for (const std::size_t items : {0U, 1U, 3U, 4U, 10U}) {
    const auto sharded = mesh_sharded(where(), all_ranks(), PartitionSpec(0));
    EXPECT_EQ(sharded(numbers(items)), divided(items));
  }
}

TEST(RankMesh, ReplicasDoNotRun) {
  const DeviceMesh mesh = DeviceMesh::from_mpi({1, world().size});
  EXPECT_EQ(mesh_sharded(where(), mesh, PartitionSpec(0))(numbers(4)), list({0, 0, 0, 0}));
  EXPECT_EQ(mesh_sharded(where(), mesh, PartitionSpec())(numbers(2)), list({0, 0}));
  EXPECT_EQ(mesh_sharded(where(), mesh, PartitionSpec(nullptr, 1))(numbers(6)), divided(6));
  const int last = world().size - 1;
  const DeviceMesh part = all_ranks().get_submesh(xcs::MeshRange{static_cast<std::size_t>(last), SIZE_MAX});
  EXPECT_EQ(mesh_sharded(where(), part, PartitionSpec(0))(numbers(2)), list({last, last}));
}

TEST(RankMesh, TheInputOfRankZeroCounts) {
  const auto sharded = mesh_sharded(test::doubling(), all_ranks(), PartitionSpec(0));
  EXPECT_EQ(sharded(world().is_root() ? numbers(5) : Value("nothing that could be divided")),
            list({0, 2, 4, 6, 8}));
}

TEST(RankMesh, GivesTheSameErrorOnEveryRank) {
  const auto odd = op("odd", [](const Value& x) -> Value {
    if (x.integer() >= 5) throw std::out_of_range("five is too much");
    return x;
  });
  const DeviceMesh local({.shape = {world().size}});
  const auto attempt = [&](const DeviceMesh& mesh) {
    return error_of<xcs::MeshShardingError>([&] { mesh_sharded(odd, mesh, PartitionSpec(0))(numbers(9)); });
  };
  const xcs::MeshShardingError expected = attempt(local);
  const xcs::MeshShardingError found = attempt(all_ranks());
  EXPECT_STREQ(found.what(), expected.what());
  EXPECT_EQ(found.items(), expected.items());
  EXPECT_EQ(found.coordinates(), expected.coordinates());
  EXPECT_EQ(found.context(), expected.context());
  EXPECT_THROW(std::rethrow_exception(found.cause()), std::out_of_range);
  // The next call finds everything in order.
  EXPECT_EQ(mesh_sharded(odd, all_ranks(), PartitionSpec(0))(numbers(4)), numbers(4));
}

TEST(RankMesh, TheFirstFailureCountsWheneverItHappens) {
  // Every rank fails but the first, and reports arrive in any order.
  const auto positive = op("positive", [](const Value& x) -> Value {
    if (x.integer() > 1) throw std::runtime_error("failed");
    return x;
  });
  const auto on_ranks = mesh_sharded(positive, all_ranks(), PartitionSpec(0));
  for (int round = 0; round < 50; ++round) {
    const auto error =
        error_of<xcs::MeshShardingError>([&] { (void)on_ranks(numbers(2 * all_ranks().size() + 1)); });
    EXPECT_EQ(error.items(), (xcs::ItemRange{2, 3}));
  }
}

TEST(RankMesh, OperatorsThatAnswerByColumn) {
  class Squares final : public Operator<> {
   public:
    Value forward(const Value& x) const override { return x.number() * x.number(); }
    [[nodiscard]] Value forward_columns(const Columns& columns) const override {
      const Value numbers = columns.inputs();
      std::vector<double> squares;
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i].number() < 0) throw std::domain_error("negative");
        squares.push_back(numbers[i].number() * numbers[i].number());
      }
      const std::size_t size = squares.size();
      return array<double>({size}, std::move(squares));
    }
  };
  const xcs::MeshOptions options = {.partition_spec = PartitionSpec(0), .granularity = "item"};
  const auto here = mesh_sharded(Squares(), DeviceMesh({.shape = {world().size}}), options);
  const auto on_ranks = mesh_sharded(Squares(), all_ranks(), options);
  for (const std::size_t size : {0U, 3U, 1000U}) {
    std::vector<double> content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<double>(i);
    for (const Value& input : {Value(array<double>({size}, content)), numbers(size)}) {
      EXPECT_EQ(on_ranks(input), here(input));
    }
  }
  const Value bad = list({1, 2, 3, 4, -5, 6, 7, -8});
  const auto message = [&](const auto& op) {
    return message_of_error<xcs::MeshShardingError>([&] { (void)op(bad); });
  };
  EXPECT_EQ(message(on_ranks), message(here));
  if (world().size < 2) return;
  const auto result = xcs::call_detailed(on_ranks, bad);
  const auto expected = xcs::call_detailed(here, bad);
  EXPECT_EQ(result.output, expected.output);
  EXPECT_EQ(result.errors.size(), expected.errors.size());
}

TEST(RankMesh, FailuresAsResults) {
  const auto picky = op("picky", [](const Value& x) -> Value {
    if (x.integer() % 3 == 1) throw std::runtime_error("no " + std::to_string(x.integer()));
    return x;
  });
  const xcs::BatchResult result =
      xcs::call_detailed(mesh_sharded(picky, all_ranks(), PartitionSpec(0)), numbers(6));
  EXPECT_EQ(result.output, list({0, nullptr, 2, 3, nullptr, 5}));
  ASSERT_EQ(result.errors.size(), 2U);
  EXPECT_EQ(result.errors[1].items, (xcs::ItemRange{4, 5}));
  EXPECT_EQ(message_of(result.errors[1].error), "no 4");
  EXPECT_THROW((void)xcs::call_detailed(mesh_sharded(picky, all_ranks(), PartitionSpec(0)), list({1, 4})),
               xcs::MeshShardingError);
}

TEST(RankMesh, InputsThatDoNotFitAreRefusedOnEveryRank) {
  const auto sharded = mesh_sharded(test::doubling(), all_ranks(), PartitionSpec(0));
  EXPECT_THROW((void)sharded({{"x", numbers(2)}, {"y", numbers(3)}}), TransformError);
  EXPECT_THROW(mesh_sharded(test::doubling(), all_ranks(), PartitionSpec(1)), TransformError);
}

TEST(RankMesh, MappingsConstantsShardsAndArrays) {
  const auto pair = op("pair", [](const Value& in) -> Value {
    return {{"sum", in["x"].integer() + in["y"].integer()}, {"all", in["table"]}};
  });
  const xcs::MeshOptions options = {.in_partition = {{"x", PartitionSpec(0)}, {"y", PartitionSpec(0)}},
                                    .out_partition = {{"all", PartitionSpec()}}};
  const Value table = list({list({1}), list({2, 3}), "ragged"});
  EXPECT_EQ(
      mesh_sharded(pair, all_ranks(), options)({{"x", numbers(5)}, {"y", numbers(5)}, {"table", table}}),
      (Value{{"sum", list({0, 2, 4, 6, 8})}, {"all", table}}));
  const Op<> sizes = test::Scripted([](const Value& in) -> Value { return list({in["x"].size()}); });
  Value expected = list({3, 3});
  if (world().size != 2) expected = world().size == 1 ? list({6}) : list({2, 2, 2});
  if (world().size == 4) expected = list({2, 2, 1, 1});
  EXPECT_EQ(mesh_sharded(sizes, all_ranks(), PartitionSpec(0))({{"x", numbers(6)}}), expected);
  EXPECT_EQ(mesh_sharded(where(), all_ranks(), PartitionSpec(0))("nothing to divide"), Value(0));
}

TEST(RankMesh, LargeArraysArrive) {
  // More than is given to MPI at once.
  std::vector<double> content(std::size_t{9} << 20);
  for (std::size_t i = 0; i < content.size(); i += 4096) content[i] = static_cast<double>(i);
  const Value large = array<double>({content.size()}, content);
  const auto is_equal = op("is_equal", [large](const Value& in) -> Value { return in["large"] == large; });
  const auto sharded = mesh_sharded(is_equal, all_ranks(), {.in_partition = {{"x", PartitionSpec(0)}}});
  EXPECT_EQ(sharded({{"x", numbers(4)}, {"large", large}}), list({true, true, true, true}));
  const auto repeat = op("repeat", [](const Value& in) -> Value {
    return array<std::int64_t>({200'000}, std::vector<std::int64_t>(200'000, in.integer()));
  });
  const Value repeated = mesh_sharded(repeat, all_ranks(), PartitionSpec(0))(numbers(5));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(repeated[i], (array<std::int64_t>({200'000}, std::vector<std::int64_t>(200'000, i))));
  }
}

TEST(RankMesh, OtherTransformsInside) {
  const auto inner = xcs::compose(xcs::vmap, xcs::jit)(test::doubling());
  const Value rows = list({numbers(2), numbers(0), numbers(3)});
  const Value doubled = list({list({0, 2}), list({}), list({0, 2, 4})});
  EXPECT_EQ(
      mesh_sharded(inner, all_ranks(), {.partition_spec = PartitionSpec(0), .granularity = "item"})(rows),
      doubled);
  const auto on_ranks = mesh_sharded(test::doubling(), all_ranks(), PartitionSpec(0));
  // A mesh inside of one runs where it is called.
  EXPECT_EQ(
      mesh_sharded(on_ranks, all_ranks(), {.partition_spec = PartitionSpec(0), .granularity = "item"})(rows),
      doubled);
  EXPECT_EQ(mesh_sharded(test::Waiting(0.001), all_ranks(),
                         {.partition_spec = PartitionSpec(0), .granularity = "item"})(numbers(7)),
            numbers(7));
}

TEST(RankMesh, InsideOfOtherTransformsEachRankDoesAllOfIt) {
  const auto on_ranks = mesh_sharded(where(), all_ranks(), PartitionSpec(0));
  const Value own = world().rank;
  EXPECT_EQ(xcs::vmap(on_ranks)(list({numbers(2), numbers(1)})), list({list({own, own}), list({own})}));
  xcs::XCSGraph graph;
  graph.add_node(on_ranks, "first");
  EXPECT_EQ(xcs::execute(graph, numbers(2))["first"], list({own, own}));
  Runtime::simulated({.seed = 1}).run([&] { EXPECT_EQ(on_ranks(numbers(2)), list({own, own})); });
  // Where there is nothing that overlaps, it is as if it was not there.
  EXPECT_EQ(xcs::jit(on_ranks)(numbers(4)), divided(4));
}

TEST(RankMesh, OptionsHoldOnEveryRank) {
  const auto on_ranks = mesh_sharded(where(), all_ranks(), PartitionSpec(0));
  for (const xcs::ExecutionOptions& options :
       {xcs::ExecutionOptions{.max_workers = 1}, xcs::ExecutionOptions{.use_parallel = false},
        xcs::ExecutionOptions{.timeout_seconds = 60.0}, xcs::ExecutionOptions{.collect_metrics = true},
        xcs::ExecutionOptions{.max_workers = 1, .timeout_seconds = 60.0}}) {
    const xcs::ExecutionScope scope(options);
    EXPECT_EQ(on_ranks(numbers(9)), divided(9));
  }
}

TEST(RankMesh, RanksAtDifferentCallsAreToldSo) {
  if (world().size == 1) GTEST_SKIP() << "needs several ranks";
  const auto other = op("other", [](const Value& x) -> Value { return x; });
  const auto a = mesh_sharded(where(), all_ranks(), PartitionSpec(0));
  const auto b = mesh_sharded(other, all_ranks(), PartitionSpec(0));
  const auto message = message_of_error<TransformError>([&] { (world().rank == 1 ? b : a)(numbers(4)); });
  EXPECT_NE(message.find("rank 0 is at mesh_sharded(where) and rank 1 at mesh_sharded(other)"),
            std::string::npos)
      << message;
  EXPECT_EQ(a(numbers(4)), divided(4));
}

}  // namespace
}  // namespace ember
