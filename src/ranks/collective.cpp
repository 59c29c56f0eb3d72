#include "ranks/collective.hpp"

#include <utility>

#include <ember/error.hpp>

#include "base/call_order.hpp"
#include "ranks/collective_root.hpp"
#include "ranks/rank_world.hpp"
#include "ranks/shard_work.hpp"

namespace ember::ranks {
namespace {

/// What this rank does in a collective; rank 0 speaks and this one listens.
class CollectiveRank {
 public:
  explicit CollectiveRank(const Collective& work) : work_(work) {}

  Value run() {
    const std::stop_callback stop(Context::current().stop_token(),
                                  [this] { rank_.box->stop.request_stop(); });
    Arrival arrival = rank_.next();
    if (arrival.kind == MessageKind::work) {
      do_work(std::move(arrival).result().value());
      arrival = rank_.next();
    }
    return std::move(arrival).result().value();
  }

 private:
  void do_work(const Value& order) {
    std::exception_ptr failure;
    try {
      require_same_call(order["name"].string());
      if (!order["input"].is_null()) evaluate(shard_from(order));
    } catch (...) {
      failure = std::current_exception();
    }
    send(MessageKind::done, 0, failure ? Result<Value>(failure) : Result<Value>(Value()));
  }

  void require_same_call(const std::string& name) const {
    if (name == work_.name) return;
    throw TransformError("[mesh] all ranks have to make the same calls, but rank 0 is at " + name +
                         " and rank " + std::to_string(rank_.world.joined().world.rank) + " at " +
                         work_.name);
  }

  [[nodiscard]] Shard shard_from(const Value& order) const {
    return {rank_.world.joined().world.rank, static_cast<std::size_t>(order["first"].integer()),
            static_cast<std::size_t>(order["last"].integer()), order["input"][std::size_t{0}]};
  }

  void evaluate(const Shard& shard) {
    const ShardScope scope(rank_.box->stop.get_token());
    work_.evaluate(shard, [this](std::size_t index, const Result<Value>& item) {
      send(MessageKind::item, index, item);
    });
  }

  void send(MessageKind kind, std::size_t index, const Result<Value>& content) {
    rank_.world.joined().link->send(0, message_of(kind, rank_.box->number, content, index));
  }

  const Collective& work_;
  ListeningRank rank_;
};

}  // namespace

bool can_share_work() {
  return RankWorld::instance().joined().link != nullptr && has_call_order();
}

Value run_collective(const Collective& work) {
  if (RankWorld::instance().joined().world.is_root()) return run_as_root(work);
  return CollectiveRank(work).run();
}

}  // namespace ember::ranks
