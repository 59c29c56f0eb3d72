#include "ranks/work_stream.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <ember/error.hpp>
#include <ember/native_type.hpp>
#include <ember/world.hpp>

#include "ranks/collective.hpp"

namespace ember::ranks {
namespace {

using xcs::world;

/// What rank 0 was told.
struct Told {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::uint64_t, Result<Value>> replies;
  std::map<int, Value> left;

  StreamEvents events() {
    return {[this](int, std::uint64_t index, Result<Value> reply) {
              const std::lock_guard lock(mutex);
              EXPECT_TRUE(replies.emplace(index, std::move(reply)).second) << index << " came twice";
              changed.notify_all();
            },
            [](int rank, bool) { ADD_FAILURE() << "rank " << rank << " is lost"; },
            [this](int rank, Result<Value> last) {
              const std::lock_guard lock(mutex);
              left.emplace(rank, std::move(last).value());
              changed.notify_all();
            }};
  }
  template <class Condition>
  void wait_until(Condition condition) {
    std::unique_lock lock(mutex);
    changed.wait(lock, condition);
  }
};

class WorkStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_share_work()) GTEST_SKIP() << "needs several ranks";
  }
};

/// Every third piece fails, every second one is answered by another thread.
Value serve_doubling() {
  std::vector<std::jthread> threads;
  std::size_t count = 0;
  const auto start = [&](const Value& piece, const std::stop_token&, const auto& reply) {
    ++count;
    const auto number = piece["number"].integer();
    if (number % 3 == 0) throw std::range_error("piece " + std::to_string(number));
    if (number % 2 == 0) {
      threads.emplace_back([reply, number] { reply(Value(2 * number)); });
    } else {
      reply(Value(2 * number));
    }
  };
  return serve_stream({start, [&]() -> Value { return count; }});
}

TEST_F(WorkStreamTest, every_piece_is_answered_once_by_its_rank) {
  constexpr std::uint64_t pieces = 500;
  if (!world().is_root()) {
    EXPECT_EQ(serve_doubling(), Value("the end"));
    return;
  }
  Told told;
  WorkStream stream(told.events());
  const auto others = static_cast<std::uint64_t>(world().size - 1);
  for (std::uint64_t i = 0; i < pieces; ++i) {
    stream.send(1 + static_cast<int>(i % others), i, {{"number", i}, {"ballast", std::string(i * 20, 'b')}});
  }
  told.wait_until([&] { return told.replies.size() == pieces; });
  stream.end("the end");
  told.wait_until([&] { return told.left.size() == others; });
  std::int64_t count = 0;
  for (const auto& [rank, last] : told.left) count += last.integer();
  EXPECT_EQ(count, static_cast<std::int64_t>(pieces));
  for (const auto& [index, reply] : told.replies) {
    if (index % 3 != 0) {
      EXPECT_EQ(reply.value(), Value(2 * index));
    } else {
      EXPECT_EQ(type_name_of(reply.error()), "range_error");
      EXPECT_EQ(message_of(reply.error()), "piece " + std::to_string(index));
    }
  }
}

TEST_F(WorkStreamTest, a_stop_reaches_what_is_under_way_and_streams_follow_each_other) {
  for (int round = 0; round < 3; ++round) {
    if (!world().is_root()) {
      std::vector<std::jthread> threads;
      const auto start = [&](const Value&, const std::stop_token& stop, const auto& reply) {
        threads.emplace_back([stop, reply] {
          std::mutex mutex;
          std::condition_variable_any stopped;
          std::unique_lock lock(mutex);
          stopped.wait(lock, stop, [] { return false; });
          reply(Value("stopped"));
        });
      };
      EXPECT_EQ(serve_stream({start, [] { return Value(); }}), Value(round));
      continue;
    }
    Told told;
    WorkStream stream(told.events());
    for (int rank = 1; rank < world().size; ++rank) stream.send(rank, static_cast<std::uint64_t>(rank), {});
    stream.stop();
    stream.end(round);
    told.wait_until([&] { return told.left.size() == static_cast<std::size_t>(world().size - 1); });
    for (const auto& [index, reply] : told.replies) EXPECT_EQ(reply.value(), Value("stopped"));
    EXPECT_EQ(told.replies.size(), told.left.size());
  }
}

TEST_F(WorkStreamTest, what_can_not_travel_is_refused_where_it_is_sent) {
  if (!world().is_root()) {
    EXPECT_TRUE(serve_doubling().is_null());
    return;
  }
  Told told;
  WorkStream stream(told.events());
  struct Opaque {};
  static const NativeType type = {"Opaque", &typeid(Opaque)};
  EXPECT_THROW(stream.send(1, 0, Value::native(std::make_shared<Opaque>(), type)), IncompatibleTypeError);
  stream.end({});
  told.wait_until([&] { return told.left.size() == static_cast<std::size_t>(world().size - 1); });
}

}  // namespace
}  // namespace ember::ranks
