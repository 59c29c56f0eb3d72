// Rank 0 hands out shards, and its calling thread takes in what comes back; its own shard has a thread of its
// own, so that nothing that an operator does keeps it from noticing that a rank has died.
#include "ranks/collective_root.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include <ember/context.hpp>
#include <ember/error.hpp>

#include "ranks/shard_work.hpp"
#include "ranks/termination_delay.hpp"
#include "value/error_value.hpp"

namespace ember::ranks {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// How often the thread looks whether the process was asked to end.
constexpr auto look = 50ms;
/// A death is noticed before mpirun asks the others to end, or about then.
constexpr auto time_to_notice_death = 500ms;
/// What the others do after a death still counts; mpirun gives them a second.
constexpr auto time_after_death = 300ms;

class RootWork {
 public:
  RootWork(const Collective& work, RankWorld& world, std::shared_ptr<MailBox> box, TerminationDelay& delay)
      : work_(work), world_(world), box_(std::move(box)), delay_(delay) {}

  Value run() {
    const std::stop_callback stop(Context::current().stop_token(), [this] {
      box_->stop.request_stop();
      world_.mail().nudge();
    });
    shards_ = work_.divide();
    hand_out();
    while (std::find(is_open_.begin(), is_open_.end(), true) != is_open_.end()) {
      take_next();
    }
    if (failure_) std::rethrow_exception(failure_);
    return work_.conclude();
  }

 private:
  [[nodiscard]] int size() const { return world_.joined().world.size; }
  [[nodiscard]] const Shard* shard_of(int rank) const {
    const auto found =
        std::find_if(shards_.begin(), shards_.end(), [&](const Shard& shard) { return shard.rank == rank; });
    return found == shards_.end() ? nullptr : &*found;
  }

  void hand_out() {
    is_open_.assign(static_cast<std::size_t>(size()), true);
    std::vector<Message> orders;
    for (int rank = 1; rank < size(); ++rank) orders.push_back(order_for(shard_of(rank)));
    for (int rank = 1; rank < size(); ++rank) {
      world_.joined().link->send(rank, std::move(orders[static_cast<std::size_t>(rank) - 1]));
    }
    if (const Shard* own = shard_of(0)) {
      start_own(*own);
    } else {
      is_open_[0] = false;
    }
  }

  /// Throws when the input can not be packed: then nobody has been sent anything yet.
  [[nodiscard]] Message order_for(const Shard* shard) const {
    const Shard none;
    const Shard& given = shard ? *shard : none;
    return {{MessageKind::work, 0, box_->number, 0, 0},
            std::make_shared<const PackedValue>(Value{{"name", work_.name},
                                                      {"first", given.first},
                                                      {"last", given.last},
                                                      {"input", shard ? list({given.input}) : Value()}})};
  }

  void start_own(const Shard& shard) {
    const auto evaluate = [box = box_, &mail = world_.mail(), function = work_.evaluate, shard,
                           context = Context::current(), settings = Ambient::current()] {
      Result<Value> end = Value();
      try {
        const ShardScope scope(context, settings, box->stop.get_token());
        function(shard, [&](std::size_t index, Result<Value> item) {
          mail.add(*box, {MessageKind::item, 0, index, std::move(item)});
        });
      } catch (...) {
        end = std::current_exception();
      }
      mail.add(*box, {MessageKind::done, 0, 0, std::move(end)});
    };
    // It may be left behind in an operator that does not return, when a rank has died.
    std::thread(evaluate).detach();
  }

  void take_next() {
    if (std::optional<Arrival> arrival = world_.mail().next(*box_, look)) {
      take(std::move(*arrival));
      return;
    }
    if (!world_.mail().lost().empty()) end_for_loss();
    if (Context::current().stop_requested()) stop_from(0);
    heed_request_to_end();
  }

  void take(Arrival arrival) {
    Result<Value> result = arrival.result();
    if (arrival.kind == MessageKind::item) {
      hand_on(arrival.index, std::move(result));
      return;
    }
    is_open_[static_cast<std::size_t>(arrival.rank)] = false;
    if (!result.error()) return;
    const Shard* shard = shard_of(arrival.rank);
    // A rank without a shard that fails is at another call.
    fail(shard ? shard->first : 0, result.error());
  }

  void hand_on(std::size_t index, Result<Value> item) {
    if (is_ended_by_caller_) return;
    try {
      stop_from(work_.on_item(index, std::move(item)));
    } catch (...) {
      is_ended_by_caller_ = true;
      fail(0, std::current_exception());
      stop_from(0);
    }
  }

  /// Of several failures, that of the first shard is thrown. One that was told to stop has not failed.
  void fail(std::size_t position, const std::exception_ptr& error) {
    if (position >= stopped_from_ && !Context::current().stop_requested()) return;
    if (!failure_ || position < failed_from_) {
      failure_ = error;
      failed_from_ = position;
    }
    stop_from(position + 1);
  }

  /// Shards that begin at `position` or behind are not wanted any more.
  void stop_from(std::size_t position) {
    if (position >= stopped_from_) return;
    for (const Shard& shard : shards_) {
      const bool is_new = shard.first >= position && shard.first < stopped_from_;
      if (!is_new || !is_open_[static_cast<std::size_t>(shard.rank)]) continue;
      if (shard.rank == 0) {
        box_->stop.request_stop();
      } else {
        world_.joined().link->send(shard.rank, {{MessageKind::stop, 0, box_->number, 0, 0}, {}});
      }
    }
    stopped_from_ = position;
  }

  /// Throws what is to be said about the rank that is lost.
  [[noreturn]] void end_for_loss() {
    delay_.stay();
    const auto [rank, has_died] = *world_.mail().lost().begin();
    const Shard* shard = shard_of(rank);
    const bool had_work = shard && is_open_[static_cast<std::size_t>(rank)];
    const xcs::RankError error(rank, world_.joined().hosts[static_cast<std::size_t>(rank)],
                               had_work ? shard->first : 0, had_work ? shard->last : 0, has_died);
    stop_from(0);
    take_what_is_finished();
    throw error;
  }

  void take_what_is_finished() {
    for (const auto& [rank, has_died] : world_.mail().lost())
      is_open_[static_cast<std::size_t>(rank)] = false;
    const auto until = SteadyClock::now() + time_after_death;
    while (std::find(is_open_.begin(), is_open_.end(), true) != is_open_.end()) {
      if (std::optional<Arrival> arrival = world_.mail().next(*box_, 1ms)) {
        take(std::move(*arrival));
      } else if (SteadyClock::now() >= until) {
        return;
      } else {
        // With a rank lost, `next` does not wait.
        std::this_thread::sleep_for(1ms);
      }
    }
  }

  void heed_request_to_end() {
    if (!TerminationDelay::is_asked()) return;
    const auto now = SteadyClock::now();
    if (!asked_at_) asked_at_ = now;
    if (now - *asked_at_ > time_to_notice_death) delay_.obey();
  }

  const Collective& work_;
  RankWorld& world_;
  const std::shared_ptr<MailBox> box_;
  TerminationDelay& delay_;
  std::vector<Shard> shards_;
  /// By rank: whether it is still at work.
  std::vector<bool> is_open_;
  std::size_t stopped_from_ = wants_all;
  std::exception_ptr failure_;
  std::size_t failed_from_ = wants_all;
  /// `on_item` has thrown: it gets nothing more.
  bool is_ended_by_caller_ = false;
  std::optional<SteadyClock::time_point> asked_at_;
};

/// Ends the collective on all other ranks. An outcome that can not be packed becomes the error that says so.
void tell_all(const RankWorld& world, const MailBox& box, Result<Value>& outcome) {
  const Message message = message_of(MessageKind::outcome, box.number, outcome);
  if (message.envelope.is_error != 0 && !outcome.error()) {
    outcome = error_from_value(unpack(message.content->bytes()));
  }
  for (int rank = 1; rank < world.joined().world.size; ++rank) world.joined().link->send(rank, message);
}

}  // namespace

Value run_as_root(const Collective& work) {
  RankWorld& world = RankWorld::instance();
  require_nobody_lost(world);
  TerminationDelay delay;
  const std::shared_ptr<MailBox> box = world.mail().open();
  Result<Value> outcome = Value();
  try {
    outcome = RootWork(work, world, box, delay).run();
  } catch (...) {
    outcome = std::current_exception();
  }
  tell_all(world, *box, outcome);
  world.mail().close(*box);
  return std::move(outcome).value();
}

}  // namespace ember::ranks
