// A stretch: short nodes that one thread runs in a row, without the lock between them: several that are
// ready, and after each the links of its chain. Failures that are known end it between two nodes; so does a
// node that takes much longer than it was measured.
#include <array>

#include "base/current_context.hpp"
#include "exec/coarse_clock.hpp"
#include "exec/run.hpp"

namespace ember::xcs {
namespace {

/// Measured times, in nanoseconds. Handing a node over costs about as much as a short one takes, and a whole
/// stretch is over before another thread would be awake.
constexpr std::uint64_t short_nanoseconds = 5'000;
constexpr std::uint64_t stretch_nanoseconds = 20'000;
constexpr std::size_t most_nodes = 64;

}  // namespace

class Run::Stretch {
 public:
  struct Step {
    std::uint32_t node;
    /// Started by the step before it: nobody else knows of it.
    bool is_link = false;
    std::exception_ptr error = nullptr;
  };

  explicit Stretch(Run& run) : run_(run) {}

  /// Whether one more node fits; then it counts.
  bool add_time(std::uint32_t node) noexcept {
    const std::uint64_t cost = run_.plan_->cost(node);
    if (taken_ + ran_ >= most_nodes || time_ + cost > stretch_nanoseconds) return false;
    time_ += cost;
    return true;
  }
  void take(std::uint32_t node) noexcept { nodes_[taken_++] = node; }
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

  void run_all() {
    const Patience patience((std::chrono::nanoseconds(time_)));
    const bool has_links = run_.plan_->schedule().passes().chain_fusion && !run_.is_wave_;
    for (; next_ < taken_ && !must_end(nodes_[next_], patience); ++next_) {
      if (!run_step({nodes_[next_]})) continue;
      std::uint32_t link = has_links ? run_.plan_->link_of(nodes_[next_]) : Plan::no_link;
      while (link != Plan::no_link && run_.is_short(link) && !must_end(link, patience) && add_time(link) &&
             run_step({link, true})) {
        link = run_.plan_->link_of(link);
      }
    }
  }

  /// Tells the run what became of the nodes. Requires the lock.
  void hand_in() {
    for (; next_ < taken_; ++next_) run_.put_back(nodes_[next_]);
    for (std::size_t i = 0; i < ran_; ++i) {
      Step& step = steps_[i];
      if (step.is_link) run_.note_link(step.node);
      const bool goes_on = i + 1 < ran_ && steps_[i + 1].is_link;
      run_.finish(step.node, std::move(run_.outputs_[step.node]), std::move(step.error), goes_on);
    }
  }

 private:
  [[nodiscard]] bool must_end(std::uint32_t node, const Patience& patience) const noexcept {
    return node > run_.first_error_.load(std::memory_order_relaxed) || is_failed_ ||
           run_.is_over_.load(std::memory_order_relaxed) || (ran_ > 0 && patience.is_over());
  }

  bool run_step(Step step) noexcept {
    try {
      const Value input = run_.plan_->input_of(step.node, run_.inputs_, run_.outputs_.data());
      run_.outputs_[step.node] = run_.call_node(step.node, input);
    } catch (...) {
      step.error = std::current_exception();
      is_failed_ = true;
    }
    const bool is_done = !step.error;
    steps_[ran_++] = std::move(step);
    return is_done;
  }

  Run& run_;
  std::uint64_t time_ = 0;
  std::size_t taken_ = 0;
  std::size_t next_ = 0;
  std::size_t ran_ = 0;
  bool is_failed_ = false;
  std::array<std::uint32_t, most_nodes> nodes_;
  std::array<Step, most_nodes> steps_;
};

bool Run::is_short(std::uint32_t node) const noexcept {
  const std::uint64_t cost = plan_->cost(node);
  return cost != 0 && cost < short_nanoseconds && !plan_->node(node).target->is_async() &&
         group_of(node) == PlanSchedule::no_group;
}

bool Run::may_stretch(std::uint32_t node) const noexcept {
  return !is_measured_ && !is_sequential_ && !is_simulated_ && stats_.empty() && device_contexts_.empty() &&
         is_short(node) && is_undisturbed();
}

void Run::execute_stretch(Lock& lock, std::uint32_t node) {
  Stretch stretch(*this);
  (void)stretch.add_time(node);
  stretch.take(node);
  // Others that help get their part.
  const std::size_t part = ready_.size() / (helpers_ + 1);
  while (stretch.taken() <= part && has_startable() && is_short(ready_.front()) &&
         stretch.add_time(ready_.front())) {
    const std::uint32_t next = ready_.pop();
    phases_[next] = Phase::running;
    ++running_;
    stretch.take(next);
  }
  submit_helpers(lock, helpers_wanted(node));
  lock.unlock();
  {
    // The first node holds the permit of all.
    const FrameScope frame(this, node);
    const ContextScope scope(*context_);
    stretch.run_all();
  }
  lock.lock();
  stretch.hand_in();
}

void Run::put_back(std::uint32_t node) {
  if (is_over_) return;
  --running_;
  if (node > first_error_) --running_unwanted_;
  push_ready(node);
}

void Run::note_link(std::uint32_t node) {
  if (is_over_) return;
  missing_[node] = 0;
  phases_[node] = Phase::running;
  ++running_;
  if (node > first_error_) ++running_unwanted_;
}

}  // namespace ember::xcs
