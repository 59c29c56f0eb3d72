#include "ranks/collective.hpp"

#include <chrono>
#include <utility>

#include <ember/error.hpp>

#include "base/call_order.hpp"
#include "ranks/collective_root.hpp"
#include "ranks/rank_world.hpp"
#include "ranks/shard_work.hpp"

namespace ember::ranks {
namespace {

using namespace std::chrono_literals;

/// What this rank does in a collective; rank 0 speaks and this one listens.
class CollectiveRank {
 public:
  explicit CollectiveRank(const Collective& work) : work_(work), world_(RankWorld::instance()) {
    require_nobody_lost(world_);
    box_ = world_.mail().open();
  }
  ~CollectiveRank() { world_.mail().close(*box_); }
  CollectiveRank(const CollectiveRank&) = delete;
  CollectiveRank& operator=(const CollectiveRank&) = delete;

  Value run() {
    const std::stop_callback stop(Context::current().stop_token(), [this] { box_->stop.request_stop(); });
    Arrival arrival = next();
    if (arrival.kind == MessageKind::work) {
      do_work(std::move(arrival).result().value());
      arrival = next();
    }
    return std::move(arrival).result().value();
  }

 private:
  Arrival next() {
    for (;;) {
      if (std::optional<Arrival> arrival = world_.mail().next(*box_, 1h)) return std::move(*arrival);
      require_nobody_lost(world_);
    }
  }

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
                         " and rank " + std::to_string(world_.joined().world.rank) + " at " + work_.name);
  }

  [[nodiscard]] Shard shard_from(const Value& order) const {
    return {world_.joined().world.rank, static_cast<std::size_t>(order["first"].integer()),
            static_cast<std::size_t>(order["last"].integer()), order["input"][std::size_t{0}]};
  }

  void evaluate(const Shard& shard) {
    const ShardScope scope(box_->stop.get_token());
    work_.evaluate(shard, [this](std::size_t index, const Result<Value>& item) {
      send(MessageKind::item, index, item);
    });
  }

  void send(MessageKind kind, std::size_t index, const Result<Value>& content) {
    Message message = message_of(kind, box_->number, content);
    message.envelope.index = index;
    world_.joined().link->send(0, std::move(message));
  }

  const Collective& work_;
  RankWorld& world_;
  std::shared_ptr<MailBox> box_;
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
