// RankMail: what has arrived from other ranks, by the collective that it belongs to.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <variant>

#include <ember/result.hpp>
#include <ember/value.hpp>

#include "ranks/rank_link.hpp"

namespace ember::ranks {

/// Something that belongs to a collective.
struct Arrival {
  MessageKind kind = MessageKind::item;
  int rank = 0;
  std::uint64_t index = 0;
  /// From another rank it is in packed form; from this one as it is.
  std::variant<Delivery, Result<Value>> content;

  /// The content, or the error that it is.
  [[nodiscard]] Result<Value> result() const;
};

/// A collective that this process takes part in.
struct MailBox {
  explicit MailBox(std::uint64_t its_number) : number(its_number) {}
  const std::uint64_t number;
  /// A stop is requested when the shard of this rank is not wanted any more.
  std::stop_source stop;
  /// Guarded by the RankMail.
  std::deque<Arrival> arrivals;
};

/// Thread-safe.
class RankMail final : public LinkReceiver {
 public:
  /// The box of the next collective. Throws TransformError when there is one that nobody has stopped.
  std::shared_ptr<MailBox> open();
  /// What still arrives for it is dropped.
  void close(const MailBox& box);
  /// The next arrival, once there is one. Null after `patience`, or when there is none and a rank is lost or
  /// somebody called `nudge`.
  std::optional<Arrival> next(MailBox& box, std::chrono::milliseconds patience);
  void add(MailBox& box, Arrival arrival);
  /// Ends waits.
  void nudge();
  /// The ranks that are lost; true where they have died.
  [[nodiscard]] std::map<int, bool> lost() const;

  void on_message(Delivery delivery) noexcept override;
  void on_lost(int rank, bool has_died) noexcept override;

 private:
  std::shared_ptr<MailBox> box_of(std::uint64_t number);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t opened_ = 0;
  std::uint64_t nudges_ = 0;
  /// Open ones, and ones that other ranks are at already.
  std::map<std::uint64_t, std::shared_ptr<MailBox>> boxes_;
  std::map<int, bool> lost_;
};

}  // namespace ember::ranks
