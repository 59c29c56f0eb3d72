#include "ranks/collective.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

#include <ember/context.hpp>
#include <ember/world.hpp>

#include "transform/batch_parts.hpp"

namespace ember::ranks {
namespace {

using xcs::world;

/// Ten positions for each rank, each reported by itself as twice its number.
struct Doubling : Collective {
  std::map<std::size_t, Value> arrived;

  Doubling() {
    name = "doubling";
    divide = [] {
      std::vector<Shard> shards;
      for (int rank = 0; rank < world().size; ++rank) {
        const auto first = static_cast<std::size_t>(rank) * 10;
        shards.push_back({rank, first, first + 10, "input of rank " + std::to_string(rank)});
      }
      return shards;
    };
    evaluate = [](const Shard& shard, const Report& report) {
      if (shard.input.string() != "input of rank " + std::to_string(world().rank)) {
        throw std::logic_error("the input of another rank");
      }
      for (std::size_t i = shard.first; i < shard.last; ++i) report(i, Value(2 * i));
    };
    on_item = [this](std::size_t index, const Result<Value>& item) {
      EXPECT_TRUE(arrived.emplace(index, item.value()).second) << "item " << index << " came twice";
      return wants_all;
    };
    conclude = [this]() -> Value { return arrived.size(); };
  }
};

class CollectiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_share_work()) GTEST_SKIP() << "needs several ranks";
  }
};

TEST_F(CollectiveTest, EveryItemArrivesOnce) {
  for (int round = 0; round < 20; ++round) {
    Doubling work;
    EXPECT_EQ(run_collective(work), Value(10 * world().size));
    EXPECT_EQ(work.arrived.size(), world().is_root() ? 10U * static_cast<std::size_t>(world().size) : 0U);
    for (const auto& [index, value] : work.arrived) EXPECT_EQ(value, Value(2 * index));
  }
}

TEST_F(CollectiveTest, ErrorsOfItemsArriveAsErrors) {
  Doubling work;
  work.evaluate = [](const Shard& shard, const Report& report) {
    report(shard.first, std::make_exception_ptr(std::domain_error("item " + std::to_string(shard.first))));
  };
  int errors = 0;
  work.on_item = [&](std::size_t index, const Result<Value>& item) {
    EXPECT_EQ(message_of(item.error()), "item " + std::to_string(index));
    ++errors;
    return wants_all;
  };
  work.conclude = [&]() -> Value { return errors; };
  EXPECT_EQ(run_collective(work), Value(world().size));
}

TEST_F(CollectiveTest, WhateverThrowsEveryRankThrowsIt) {
  for (const std::string place : {"divide", "evaluate", "on_item", "conclude"}) {
    Doubling work;
    const auto fail = [&]() { throw std::range_error("in " + place); };
    if (place == "divide") work.divide = [&]() -> std::vector<Shard> { return fail(), std::vector<Shard>(); };
    if (place == "evaluate") {
      work.evaluate = [place](const Shard& shard, const Report&) {
        if (shard.rank == 1) throw std::range_error("in " + place);
      };
    }
    if (place == "on_item")
      work.on_item = [&](std::size_t, const Result<Value>&) { return fail(), wants_all; };
    if (place == "conclude") work.conclude = [&] { return fail(), Value(); };
    EXPECT_EQ(test::message_of_error<std::range_error>([&] { (void)run_collective(work); }), "in " + place);
  }
  Doubling work;
  EXPECT_EQ(run_collective(work), Value(10 * world().size)) << "the next call finds everything in order";
}

TEST_F(CollectiveTest, ShardsThatAreNotWantedAreStopped) {
  Doubling work;
  work.evaluate = [](const Shard& shard, const Report& report) {
    if (shard.rank == 0) {
      report(0, Value("stop the others"));
      return;
    }
    // Ends only because it is stopped.
    while (Context::current().sleep_for(from_seconds(60))) {
    }
    report(shard.first, Value("stopped"));
  };
  int stopped = 0;
  work.on_item = [&](std::size_t index, const Result<Value>& item) {
    stopped += item.value() == Value("stopped") ? 1 : 0;
    return index == 0 ? std::size_t{1} : wants_all;
  };
  work.conclude = [&]() -> Value { return stopped; };
  EXPECT_EQ(run_collective(work), Value(world().size - 1));
}

TEST_F(CollectiveTest, WhatCanNotTravelIsSaid) {
  struct Opaque {};
  Doubling work;
  work.conclude = [] { return Value::native(std::make_shared<Opaque>(), native_type_of<Opaque>()); };
  EXPECT_THROW((void)run_collective(work), IncompatibleTypeError);
  work.evaluate = [](const Shard& shard, const Report& report) {
    if (shard.rank == 1) report(10, Value::native(std::make_shared<Opaque>(), native_type_of<Opaque>()));
  };
  work.on_item = [](std::size_t, const Result<Value>& item) {
    EXPECT_EQ(type_name_of(item.error()), "IncompatibleTypeError");
    return wants_all;
  };
  work.conclude = [] { return Value(); };
  EXPECT_EQ(run_collective(work), Value());
}

TEST_F(CollectiveTest, AShardDoesNotShareItsWork) {
  Doubling work;
  work.evaluate = [](const Shard& shard, const Report& report) {
    report(shard.first, Value(can_share_work()));
  };
  work.on_item = [](std::size_t, const Result<Value>& item) {
    EXPECT_EQ(item.value(), Value(false));
    return wants_all;
  };
  work.conclude = [] { return Value(); };
  (void)run_collective(work);
  EXPECT_TRUE(can_share_work());
}

}  // namespace
}  // namespace ember::ranks
