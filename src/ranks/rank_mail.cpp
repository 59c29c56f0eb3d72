#include "ranks/rank_mail.hpp"

#include <utility>

#include <ember/error.hpp>

#include "value/error_value.hpp"

namespace ember::ranks {

Result<Value> Arrival::result() const {
  if (const auto* own = std::get_if<Result<Value>>(&content)) return *own;
  const auto& delivery = std::get<Delivery>(content);
  if (delivery.content.empty()) return Value();
  Value value = delivery.value();
  if (delivery.envelope.is_error != 0) return error_from_value(value);
  return value;
}

std::shared_ptr<MailBox> RankMail::box_of(std::uint64_t number) {
  const auto found = boxes_.find(number);
  if (found != boxes_.end()) return found->second;
  if (number < opened_) return nullptr;
  return boxes_.emplace(number, std::make_shared<MailBox>(number)).first->second;
}

std::shared_ptr<MailBox> RankMail::open() {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, box] : boxes_) {
    if (number < opened_ && !box->stop.stop_requested()) {
      throw TransformError(
          "[mesh] another thread is in a call that all ranks make together: such calls come from one thread");
    }
  }
  std::shared_ptr<MailBox> box = box_of(opened_);
  ++opened_;
  return box;
}

void RankMail::close(const MailBox& box) {
  const std::lock_guard lock(mutex_);
  boxes_.erase(box.number);
}

std::optional<Arrival> RankMail::next(MailBox& box, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const std::uint64_t nudges = nudges_;
  changed_.wait_for(lock, patience,
                    [&] { return !box.arrivals.empty() || !lost_.empty() || nudges_ != nudges; });
  if (box.arrivals.empty()) return std::nullopt;
  Arrival first = std::move(box.arrivals.front());
  box.arrivals.pop_front();
  return first;
}

void RankMail::add(MailBox& box, Arrival arrival) {
  {
    const std::lock_guard lock(mutex_);
    box.arrivals.push_back(std::move(arrival));
  }
  changed_.notify_all();
}

void RankMail::nudge() {
  {
    const std::lock_guard lock(mutex_);
    ++nudges_;
  }
  changed_.notify_all();
}

std::map<int, bool> RankMail::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void RankMail::on_message(Delivery delivery) noexcept {
  std::shared_ptr<MailBox> box;
  {
    const std::lock_guard lock(mutex_);
    box = box_of(delivery.envelope.collective);
  }
  if (!box) return;
  if (delivery.envelope.kind == MessageKind::stop) {
    box->stop.request_stop();
    return;
  }
  const Envelope envelope = delivery.envelope;
  const int rank = delivery.rank;
  add(*box, {envelope.kind, rank, envelope.index, std::move(delivery)});
}

void RankMail::on_lost(int rank, bool has_died) noexcept {
  std::map<std::uint64_t, std::shared_ptr<MailBox>> boxes;
  {
    const std::lock_guard lock(mutex_);
    lost_.emplace(rank, has_died);
    boxes = boxes_;
  }
  changed_.notify_all();
  // The others have nobody left to work for.
  if (rank != 0) return;
  for (const auto& [number, box] : boxes) box->stop.request_stop();
}

}  // namespace ember::ranks
