#include "ranks/work_stream.hpp"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "ranks/shard_work.hpp"

namespace ember::ranks {
namespace {

using namespace std::chrono_literals;

/// How often the thread looks whether the stream is over.
constexpr auto look_for_end = 50ms;

/// Pieces that this rank has not answered yet.
class OpenPieces {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void remove() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_left_.notify_all();
  }
  void wait_for_none() {
    std::unique_lock lock(mutex_);
    none_left_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::size_t count_ = 0;
};

/// The side of the other ranks.
class StreamRank {
 public:
  explicit StreamRank(const StreamService& service) : service_(service) {}

  Value serve() {
    try {
      const ShardScope scope(rank_.box->stop.get_token());
      Arrival arrival = rank_.next();
      for (; arrival.kind == MessageKind::work; arrival = rank_.next()) start(arrival);
      open_->wait_for_none();
      rank_.world.joined().link->send(0, message_of(MessageKind::done, rank_.box->number, service_.last()));
      return std::move(arrival).result().value();
    } catch (...) {
      // What is under way refers to what the caller is about to destroy.
      rank_.box->stop.request_stop();
      open_->wait_for_none();
      throw;
    }
  }

 private:
  void start(const Arrival& arrival) {
    open_->add();
    const auto reply = [open = open_, link = rank_.world.joined().link, number = rank_.box->number,
                        index = arrival.index](const Result<Value>& result) {
      link->send(0, message_of(MessageKind::item, number, result, index));
      open->remove();
    };
    try {
      service_.start(arrival.result().value(), rank_.box->stop.get_token(), reply);
    } catch (...) {
      reply(std::current_exception());
    }
  }

  const StreamService& service_;
  ListeningRank rank_;
  std::shared_ptr<OpenPieces> open_ = std::make_shared<OpenPieces>();
};

}  // namespace

Value serve_stream(const StreamService& service) {
  return StreamRank(service).serve();
}

WorkStream::WorkStream(StreamEvents events) : world_(RankWorld::instance()), events_(std::move(events)) {
  require_nobody_lost(world_);
  box_ = world_.mail().open();
  thread_ = std::thread([this] { receive(); });
}

WorkStream::~WorkStream() {
  if (!has_ended_.load()) {
    stop();
    end({});
  }
  is_over_.store(true);
  world_.mail().nudge();
  thread_.join();
  world_.mail().close(*box_);
}

void WorkStream::send(int rank, std::uint64_t index, const Value& piece) {
  world_.joined().link->send(
      rank, {{MessageKind::work, 0, box_->number, index, 0}, std::make_shared<const PackedValue>(piece)});
}

void WorkStream::stop() {
  for (int rank = 1; rank < world_.joined().world.size; ++rank) {
    world_.joined().link->send(rank, {{MessageKind::stop, 0, box_->number, 0, 0}, {}});
  }
}

void WorkStream::end(const Value& last) {
  if (has_ended_.exchange(true)) return;
  const Message message = message_of(MessageKind::outcome, box_->number, last);
  for (int rank = 1; rank < world_.joined().world.size; ++rank) world_.joined().link->send(rank, message);
}

void WorkStream::receive() {
  std::map<int, bool> told;
  while (!is_over_.load()) {
    if (std::optional<Arrival> arrival = world_.mail().next(*box_, look_for_end)) {
      if (arrival->kind == MessageKind::done) told.emplace(arrival->rank, false);
      take(std::move(*arrival));
      continue;
    }
    // All that a lost rank has sent is here before it counts as lost.
    for (const auto& [rank, has_died] : world_.mail().lost()) {
      if (told.emplace(rank, has_died).second) events_.on_lost(rank, has_died);
    }
    // With a rank lost, `next` does not wait.
    if (!world_.mail().lost().empty()) std::this_thread::sleep_for(1ms);
  }
}

void WorkStream::take(Arrival arrival) {
  Result<Value> result = Value();
  try {
    result = arrival.result();
  } catch (...) {
    result = std::current_exception();
  }
  if (arrival.kind == MessageKind::done) return events_.on_left(arrival.rank, std::move(result));
  events_.on_reply(arrival.rank, arrival.index, std::move(result));
}

}  // namespace ember::ranks
