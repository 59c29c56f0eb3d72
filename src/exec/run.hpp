// Run: one execution of a plan. Any number of threads may help; the state is behind one lock that is never
// held while user code runs.
//
// Which error wins does not depend on timing: once node n has failed, nodes after n (in program order) are
// not started, and the run ends when all nodes before the first failure are done. That is the error plain
// execution would have met.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <ember/completion_callback.hpp>
#include <ember/context.hpp>
#include <ember/execute.hpp>

#include "base/ambient.hpp"
#include "exec/effective_options.hpp"
#include "exec/executor.hpp"
#include "exec/limiter.hpp"
#include "exec/ready_nodes.hpp"
#include "exec/tracing.hpp"
#include "graph/plan.hpp"

namespace ember::xcs {

class ScopePolicy;

/// What is needed to start a run.
struct RunRequest {
  std::shared_ptr<const Plan> plan;
  Value inputs;
  /// Nothing more is looked up.
  EffectiveOptions settings;
  /// Ends the run when a stop is requested.
  std::stop_token stop_token;
  /// Called when the run is over, on a thread of the executor; empty when a thread waits for it.
  std::function<void(class Run&)> on_over;
  /// Where each node is placed, by its number; empty where the options say.
  std::vector<std::string> devices = {};
  /// The nodes are no calls of the user's: what stands around calls is not put around them.
  bool is_transparent = false;
  /// The one node stands for the call that the run is made for.
  bool is_outermost_call = false;
  /// What the one node calls keeps the deadline of the options.
  bool leaves_deadline = false;
};

class Run final : public Job, public CompletionSink, public Limiter::Waiter {
 public:
  /// Prepares a run on the calling thread's runtime, with its context and inherited settings.
  static Ref<Run> create(RunRequest request);

  /// Runs to the end: on the calling thread, or when a deadline must be kept whatever operators do, on
  /// others.
  void run_to_end();
  /// Starts and returns; `on_over` follows.
  void start();
  /// Starts what can start on the calling thread and returns; `on_over` follows, maybe on this thread. For
  /// nodes that do not block.
  void start_here();

  /// Gives the permit of the node that this thread executes to others, for good: the node only waits from now
  /// on.
  static void leave_permit();

  /// When this run times out; `TimePoint::max()` where an outer deadline comes first.
  [[nodiscard]] TimePoint own_deadline() const noexcept {
    return has_own_deadline_ ? deadline_ : TimePoint::max();
  }

  /// The outcome, once over. Throws the error of the run when there is one.
  [[nodiscard]] Results results() const;
  [[nodiscard]] ExecutionResult detailed_result() const;
  /// Makes metrics and trace, where there are any, the last ones of the calling thread.
  void publish() const;
  /// The first failure as the operator threw it, or null.
  [[nodiscard]] std::exception_ptr first_raw_error() const;
  /// What each node came to so far; both empty for a node that has not ended.
  struct NodeOutcome {
    std::optional<Value> output;
    /// As the operator threw it.
    std::exception_ptr error;
  };
  [[nodiscard]] std::vector<NodeOutcome> node_outcomes() const;
  /// What was measured, once over; null unless `collect_metrics` is on.
  [[nodiscard]] std::shared_ptr<const ExecutionMetrics> metrics() const;
  /// What was recorded, once over; null unless this run is the outermost one under `trace_execution`.
  [[nodiscard]] std::shared_ptr<const Trace> trace() const;

  /// What stands around the calls of the run whose node the calling thread executes; null outside of runs.
  static const ScopePolicy* current_policy() noexcept {
    const Run* run = current_frame().run;
    return run ? run->policy_ : nullptr;
  }
  /// True when the calling thread executes a node that has to keep the deadline of the options itself.
  static bool is_deadline_left() noexcept {
    const Run* run = current_frame().run;
    return run && run->leaves_deadline_;
  }
  /// Inside: the calling thread executes no node, so that what it starts leaves it its permit.
  [[nodiscard]] static auto outside_of_runs() noexcept { return FrameScope(nullptr, no_node); }
  /// Gives the permit of the executing node to others while its thread waits for something else.
  class SuspendedPermit;
  /// The same for a node that waits without a thread.
  class LentPermit;

  // Job
  void work() noexcept override;
  void nudge() noexcept override;
  [[nodiscard]] bool is_abandoned() const noexcept override {
    return is_over_.load(std::memory_order_relaxed);
  }
  // CompletionSink, Limiter::Waiter
  void complete(std::size_t node, Value value, std::exception_ptr error) noexcept override;
  void on_permit() noexcept override;
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override;

 private:
  enum class Phase : std::uint8_t { waiting, ready, running, finished, failed, skipped };
  enum class End : std::uint8_t { none, finished, timed_out, stopped };
  static constexpr std::uint32_t no_node = UINT32_MAX;
  using Lock = std::unique_lock<std::mutex>;

  /// The node that a thread executes. While it waits for a run nested in it, it does not execute, and its
  /// permit is free for others.
  struct Frame {
    Run* run = nullptr;
    std::uint32_t node = no_node;
  };
  static Frame& current_frame() noexcept;
  class FrameScope {
   public:
    FrameScope(Run* run, std::uint32_t node) noexcept
        : outer_(std::exchange(current_frame(), Frame{run, node})) {}
    ~FrameScope() { current_frame() = outer_; }
    FrameScope(const FrameScope&) = delete;
    FrameScope& operator=(const FrameScope&) = delete;

   private:
    Frame outer_;
  };
  /// Ends the run when one of two stop tokens says so.
  struct StopWatch {
    using Callback = std::stop_callback<std::function<void()>>;
    Callback from_context;
    Callback from_options;
  };
  class WatchScope;
  class MeterScope;

  /// A run and what it knows of its nodes are one block of memory.
  struct NodeSpace {
    std::size_t bytes;
  };
  static void* operator new(std::size_t size, NodeSpace space) { return ::operator new(size + space.bytes); }
  static void operator delete(void* memory, NodeSpace) noexcept { ::operator delete(memory); }
  static void operator delete(void* memory) noexcept { ::operator delete(memory); }
  static NodeSpace space_for(std::size_t nodes) noexcept;

  Run(RunRequest request, NodeSpace space);
  ~Run();
  void set_up_time();
  void set_up_devices(const std::vector<std::string>& devices);
  void set_up_schedule();
  void set_up_order(bool is_automatic);
  void set_up_settings(bool are_own);
  void set_up_measuring();
  void watch_for_end();
  [[nodiscard]] bool can_run_inline() const noexcept;
  /// Nothing but a failure of a node can end the run early.
  [[nodiscard]] bool is_undisturbed() const noexcept {
    return !is_caller_free_ && !stop_watch_ && context_->deadline() == TimePoint::max();
  }

  // Choosing what to do next. All require the lock.
  [[nodiscard]] std::uint32_t take_next();
  [[nodiscard]] bool take_permit();
  [[nodiscard]] bool has_startable() const noexcept;
  [[nodiscard]] std::size_t helpers_wanted(std::uint32_t next) const;
  void push_ready(std::uint32_t node);
  void push_sources();
  void make_ready(std::uint32_t node);
  /// Makes ready what waited for `node` alone; checks among that are over at once.
  void open_successors(std::uint32_t node);
  /// False when the run must not go on: the check has failed.
  [[nodiscard]] bool pass_check(std::uint32_t node);

  // Groups: nodes that go out as one batch. All require the lock.
  [[nodiscard]] std::uint32_t group_of(std::uint32_t node) const noexcept {
    return group_missing_.empty() ? PlanSchedule::no_group : plan_->schedule().group_of(node);
  }
  /// One more node of a group is there, or will never be: starts the group when it is the last.
  void arrive(std::uint32_t group);
  void leave_group(std::uint32_t node);
  void skip_after(std::uint32_t failed);
  [[nodiscard]] std::vector<std::uint32_t> take_batch(std::uint32_t node);

  // Doing it. The lock is held on entry and return, and open while user code runs.
  void drive();
  void wait(Lock& lock);
  void wait_until_over();
  void execute(Lock& lock, std::uint32_t node);
  void execute_leaf(Lock& lock, std::uint32_t node);
  void execute_batch(Lock& lock, const std::vector<std::uint32_t>& nodes);
  class Stretch;
  [[nodiscard]] bool is_short(std::uint32_t node) const noexcept;
  [[nodiscard]] bool may_stretch(std::uint32_t node) const noexcept;
  void execute_stretch(Lock& lock, std::uint32_t node);
  /// A node that was taken has not been started after all. Requires the lock.
  void put_back(std::uint32_t node);
  /// A node was started by the thread that ran its predecessor. Requires the lock.
  void note_link(std::uint32_t node);
  void submit_helpers(Lock& lock, std::size_t count);
  void run_inline();
  /// Returns the first node that did not run.
  [[nodiscard]] std::uint32_t run_inline_nodes();
  void run_inline_node(std::uint32_t node);
  /// Goes on with overlap after a part of the nodes, in order, has run inline.
  void open_up(std::uint32_t next);
  void count_down(std::uint32_t node);

  // What a finished node changes. All require the lock.
  /// `has_gone_on`: the same thread has run the only successor already.
  void finish(std::uint32_t node, Value value, std::exception_ptr error, bool has_gone_on = false);
  void finish_value(std::uint32_t node, Value value);
  void fail(std::uint32_t node, std::exception_ptr error);
  void drop_unwanted(std::uint32_t former_first_error);
  [[nodiscard]] bool check_over();
  void end(End how);
  void end_early(End how) noexcept;
  /// After a change from outside the loop of a thread: ends the run, or sees to it that somebody goes on with
  /// it.
  void settle(Lock& lock);
  void release_permits(Lock& lock, bool keep_spare);
  void deliver(Lock& lock);

  [[nodiscard]] const Context& context_of(std::uint32_t node) const noexcept;
  [[nodiscard]] const std::shared_ptr<Clock>& clock() const noexcept { return context_->clock(); }
  [[nodiscard]] double seconds() const { return to_seconds(clock()->now() - start_); }
  [[nodiscard]] Value call_node(std::uint32_t node, const Value& input) const;
  void start_node(std::uint32_t node, const Value& input, const Context& context);
  class Batch;
  [[nodiscard]] bool is_asynchronous(std::uint32_t node) const noexcept {
    return !is_threaded_ && plan_->node(node).target->is_async();
  }
  // Measuring. Require the lock, except for a run without locks.
  void note_start(std::uint32_t node);
  void note_end(std::uint32_t node);
  void note_successors(std::uint32_t node);
  /// The time of a node since `begin`, for the plan.
  void note_time(std::size_t node, TimePoint begin) const;
  /// Writes the start of a node down in simulations.
  void announce(std::uint32_t node) const;

  [[nodiscard]] std::string scheduler_taken() const;
  [[nodiscard]] NodeStats stats_of(std::uint32_t node) const;
  [[nodiscard]] std::exception_ptr error_of_run() const;
  [[nodiscard]] Results finished_results(bool only_outputs) const;
  [[nodiscard]] std::vector<std::pair<std::string, std::exception_ptr>> wrapped_errors() const;
  [[nodiscard]] std::vector<std::string> skipped_nodes() const;

  const std::shared_ptr<const Plan> plan_;
  const Value inputs_;
  const std::shared_ptr<const ExecutionOptions> options_;
  const std::stop_token given_stop_;
  const std::shared_ptr<Executor> executor_;
  std::function<void(Run&)> on_over_;
  std::atomic<int> references_ = 0;

  // Settings of the nodes; unchanged once the run has started.
  Ambient ambient_;
  std::optional<Context> context_;
  /// Where nodes are placed on several devices: one context each.
  std::vector<Context> device_contexts_;
  /// Null where nothing stands around the calls.
  const ScopePolicy* policy_ = nullptr;
  TimePoint start_;
  TimePoint deadline_ = TimePoint::max();
  bool has_own_deadline_ = false;
  bool is_sequential_ = false;
  bool is_wave_ = false;
  /// `auto`, where one node after the other is said to be the fastest.
  bool is_advised_inline_ = false;
  /// All nodes ran inline.
  bool was_inline_ = false;
  bool is_simulated_ = false;
  bool is_measured_ = false;
  /// Asynchronous leaves hold a thread, too.
  bool is_threaded_ = false;
  /// The calling thread executes no nodes.
  bool is_caller_free_ = false;
  /// Nodes that prefer a GPU get one, the others do not.
  bool is_placed_by_operator_ = false;
  const bool is_transparent_;
  const bool leaves_deadline_;
  std::shared_ptr<Limiter> limiter_;

  mutable std::mutex mutex_;
  Condition changed_;
  /// Hands out the space behind this object. Nothing is given back before the end.
  std::pmr::monotonic_buffer_resource memory_;
  std::pmr::vector<Value> outputs_;
  std::pmr::vector<std::uint32_t> missing_;
  std::pmr::vector<Phase> phases_;
  /// Which nodes hold a permit; empty without a limiter.
  std::vector<bool> permits_;
  /// Empty unless measured.
  std::vector<NodeStats> stats_;
  std::vector<std::shared_ptr<const Span>> meters_;
  /// When nodes that wait were started; empty unless their time is measured.
  std::vector<TimePoint> starts_;
  std::optional<OptionTrace> trace_;
  /// What may start, but for nodes after the first failure.
  ReadyNodes ready_;
  std::pmr::vector<std::uint32_t> next_wave_;
  /// Nodes of each group that are still to come; empty when nothing is batched.
  std::vector<std::uint32_t> group_missing_;
  std::vector<std::pair<std::uint32_t, std::exception_ptr>> errors_;
  /// Written under the lock.
  std::atomic<std::uint32_t> first_error_ = no_node;
  std::size_t running_ = 0;
  /// Running nodes that come after the first failure: nobody waits for them.
  std::size_t running_unwanted_ = 0;
  std::size_t finished_ = 0;
  std::size_t helpers_ = 0;
  std::size_t helpers_asked_ = 0;
  /// Permits held and not used by a node.
  std::size_t spare_permits_ = 0;
  /// Permits that others wait for.
  std::size_t surplus_permits_ = 0;
  bool is_permit_wanted_ = false;
  bool has_driver_ = false;
  bool is_driver_waiting_ = false;
  std::size_t finished_at_nudge_ = 0;
  End end_ = End::none;
  /// A node has failed after the deadline: the run only waits for others to end.
  bool is_late_ = false;
  /// Seconds, once over.
  double execution_time_ = 0;
  std::atomic<bool> is_over_ = false;

  std::stop_source stop_;
  Clock::TimerId deadline_timer_ = 0;
  std::unique_ptr<StopWatch> stop_watch_;
};

/// Inside: the model calls of a node are counted for it.
class Run::MeterScope {
 public:
  MeterScope(const Run& run, std::uint32_t node) {
    if (!run.stats_.empty()) scope_.emplace(Ambient::current().with(AmbientSlot::span, run.meters_[node]));
  }

 private:
  std::optional<AmbientScope> scope_;
};

class Run::SuspendedPermit {
 public:
  SuspendedPermit();
  ~SuspendedPermit() { resume(); }
  SuspendedPermit(const SuspendedPermit&) = delete;
  SuspendedPermit& operator=(const SuspendedPermit&) = delete;

  /// The node finishes without its permit: it waits for something asynchronous.
  void leave_open() noexcept { is_suspended_ = false; }

 private:
  void resume();

  Frame frame_;
  bool is_suspended_ = false;
};

/// Made on the thread that executes the node. Lifetime: less than that of the run.
class Run::LentPermit {
 public:
  LentPermit() : frame_(current_frame()) {}

  /// Gives the permit to others, unless the node has ended meanwhile.
  void lend();
  /// Takes the permit back, when it was lent. Returns false when that is not possible at once: then
  /// `on_permit` of `waiter` follows, which has to say `note_returned`.
  bool take_back(Limiter::Waiter& waiter);
  void note_returned();
  /// Inside: the calling thread executes the node.
  [[nodiscard]] FrameScope frame() const noexcept { return {frame_.run, frame_.node}; }

 private:
  const Frame frame_;
  bool is_lent_ = false;
};

/// What a run under `noop` measures, published as that of other runs: nothing has run. Null unless
/// `collect_metrics` is on.
std::shared_ptr<const ExecutionMetrics> simulated_metrics(const Plan& plan, const ExecutionOptions& options);

}  // namespace ember::xcs
