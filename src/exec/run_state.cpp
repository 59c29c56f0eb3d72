// What changes when a node has finished, and how a run ends.
#include <algorithm>

#include "exec/run.hpp"

namespace ember::xcs {
void Run::finish(std::uint32_t node, Value value, std::exception_ptr error, bool has_gone_on) {
  if (limiter_ && permits_[node]) {
    permits_[node] = false;
    ++(limiter_->has_waiters() ? surplus_permits_ : spare_permits_);
  }
  if (is_over_) return;
  --running_;
  if (node > first_error_) --running_unwanted_;
  if (!stats_.empty()) note_end(node);
  if (error) return fail(node, std::move(error));
  finish_value(node, std::move(value));
  if (!has_gone_on) open_successors(node);
}

void Run::open_successors(std::uint32_t node) {
  std::vector<std::uint32_t> checks;
  for (;;) {
    const PlanNode& plan_node = plan_->node(node);
    const std::uint32_t* successors = plan_->successors(plan_node);
    for (std::uint32_t i = 0; i < plan_node.successor_count; ++i) {
      if (--missing_[successors[i]] != 0) continue;
      if (plan_->node(successors[i]).is_check) {
        checks.push_back(successors[i]);
      } else {
        make_ready(successors[i]);
      }
    }
    do {
      if (checks.empty()) return;
      node = checks.back();
      checks.pop_back();
    } while (!pass_check(node));
  }
}

bool Run::pass_check(std::uint32_t node) {
  try {
    (void)plan_->node(node).target->call(plan_->input_of(node, inputs_, outputs_.data()));
    phases_[node] = Phase::finished;
    ++finished_;
    return true;
  } catch (...) {
    fail(node, std::current_exception());
    return false;
  }
}

void Run::finish_value(std::uint32_t node, Value value) {
  outputs_[node] = std::move(value);
  phases_[node] = Phase::finished;
  ++finished_;
}

void Run::note_end(std::uint32_t node) {
  NodeStats& stats = stats_[node];
  stats.end = seconds();
  stats.device = context_of(node).device();
  if (meters_[node]) stats.usage = meters_[node]->usage();
}

void Run::fail(std::uint32_t node, std::exception_ptr error) {
  phases_[node] = Phase::failed;
  // The deadline's timer may be a moment late. What fails because of the deadline must not win that race.
  if (clock()->now() >= own_deadline()) {
    is_late_ = true;
    ready_.clear();
    next_wave_.clear();
    return;
  }
  errors_.emplace_back(node, std::move(error));
  if (!*options_->fail_fast) {
    if (!group_missing_.empty()) skip_after(node);
    return;
  }
  if (node > first_error_) return;
  const std::uint32_t former = first_error_.exchange(node);
  running_unwanted_ = 0;
  for (std::uint32_t other = node + 1; other < phases_.size(); ++other) {
    if (phases_[other] == Phase::running) ++running_unwanted_;
  }
  drop_unwanted(former);
}

void Run::drop_unwanted(std::uint32_t former_first_error) {
  const std::uint32_t first = first_error_;
  ready_.drop_after(first);
  if (group_missing_.empty()) return;
  const std::uint32_t end = std::min(former_first_error, static_cast<std::uint32_t>(phases_.size()));
  for (std::uint32_t node = first + 1; node < end; ++node) {
    if (phases_[node] == Phase::waiting) leave_group(node);
  }
}

bool Run::check_over() {
  if (is_over_) return true;
  if (running_ > running_unwanted_) return false;
  if (ready_.empty() && !next_wave_.empty()) {
    for (const std::uint32_t node : next_wave_) push_ready(node);
    next_wave_.clear();
  }
  if (!ready_.empty()) return false;
  end(is_late_ ? End::timed_out : End::finished);
  return true;
}

void Run::end(End how) {
  end_ = how;
  execution_time_ = seconds();
  is_over_ = true;
  if (deadline_timer_ != 0) clock()->cancel(deadline_timer_);
  executor_->notify(changed_);
}

void Run::end_early(End how) noexcept {
  const Ref<Run> self(this);
  Lock lock(mutex_);
  if (is_over_) return;
  end(how);
  lock.unlock();
  stop_.request_stop();
  lock.lock();
  settle(lock);
}

void Run::settle(Lock& lock) {
  const bool is_over = check_over();
  release_permits(lock, !is_over && has_startable());
  if (is_over_) {
    if (on_over_ && helpers_ == 0 && helpers_asked_ == 0) submit_helpers(lock, 1);
  } else if (has_startable() && (!is_permit_wanted_ || spare_permits_ > 0)) {
    if (is_driver_waiting_) {
      executor_->notify(changed_);
    } else if (helpers_asked_ == 0 && (spare_permits_ > 0 || (!has_driver_ && helpers_ == 0))) {
      // A driver that is busy may itself be waiting for the permit that this run holds.
      submit_helpers(lock, 1);
    }
  }
}

void Run::release_permits(Lock& lock, bool keep_spare) {
  if (!limiter_) return;
  std::size_t count = std::exchange(surplus_permits_, 0);
  if (!keep_spare) count += std::exchange(spare_permits_, 0);
  if (count == 0) return;
  lock.unlock();
  for (; count > 0; --count) limiter_->release();
  lock.lock();
}

void Run::deliver(Lock& lock) {
  if (!is_over_ || !on_over_) return;
  const std::function<void(Run&)> on_over = std::exchange(on_over_, nullptr);
  const bool is_work_left = running_unwanted_ > 0;
  lock.unlock();
  stop_watch_.reset();
  if (is_work_left) stop_.request_stop();
  on_over(*this);
  lock.lock();
}

void Run::complete(std::size_t node, Value value, std::exception_ptr error) noexcept {
  const Ref<Run> self(this);
  if (!starts_.empty()) note_time(node, starts_[node]);
  Lock lock(mutex_);
  finish(static_cast<std::uint32_t>(node), std::move(value), std::move(error));
  settle(lock);
}

void Run::on_permit() noexcept {
  const Ref<Run> self(this);
  Lock lock(mutex_);
  is_permit_wanted_ = false;
  ++spare_permits_;
  settle(lock);
}

}  // namespace ember::xcs
