// DataflowSession: one call of a composite under the dataflow interpreter; see dataflow.hpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <ember/context.hpp>

#include "base/ambient.hpp"
#include "exec/executor.hpp"
#include "exec/run.hpp"
#include "jit/dataflow.hpp"
#include "jit/part_order.hpp"
#include "jit/pending_call.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

class DataflowSession final : public Interpreter, public std::enable_shared_from_this<DataflowSession> {
 public:
  explicit DataflowSession(DataflowRequest request);

  /// Runs the composite to its end.
  Value run();

  Value call(const OpReference& op, const Value& arguments) override;
  VarData call(const OpReference& op, std::vector<VarData> arguments) override;
  void note_run() override;

  /// Waits until `call` is over; runs it, or what it waits for, when nobody else does. Gives up the pass when
  /// a failure is known.
  void wait_for(const PendingCall& call);
  void note_derived(const VarData& derived);
  /// `forward`, or somebody else who must not, saw `answer` at a place of the input that is called `name`.
  void note_look(TraceGuard::Question question, const Binding& place, const std::string& field,
                 const Value& answer, const std::string& name);
  void note_look(TraceGuard::Question question, const PendingCall& call, const Path& path,
                 const std::string& field, const Value& answer);
  void note_missing_part();
  /// Runs queued calls, on a thread of the executor.
  void help();
  [[nodiscard]] bool is_over() const noexcept { return is_over_.load(std::memory_order_relaxed); }

 private:
  using Lock = std::unique_lock<std::mutex>;
  using CallPtr = std::shared_ptr<PendingCall>;
  using State = PendingCall::State;
  static constexpr std::size_t no_call = SIZE_MAX;

  /// Leaves `forward`. Not a std::exception: handlers for errors are not meant.
  struct PassGivenUp {};
  /// What a pass of `forward` came to.
  struct Outcome {
    VarData answer;
    std::exception_ptr error;
  };

  // One pass.
  void begin_pass(bool is_eager);
  Outcome run_forward();
  /// Waits for all calls of the pass; true when plain execution would have gone another way.
  bool ends_in_surprise();
  [[nodiscard]] bool is_forward_thread() const noexcept;
  [[noreturn]] void give_up();
  void require_going_on();
  void require_in_time();
  void end() noexcept;

  // Observing a pass.
  class OpenedScope;
  [[nodiscard]] std::vector<VarData> observed_inputs();
  [[nodiscard]] Binding noted_binding(const VarData& data);
  /// True when `data` can be read without waiting.
  [[nodiscard]] bool is_here(const VarData& data);
  void look_up(const VarData& derived);
  void note_call(const OpReference& op, const std::vector<VarData>& arguments,
                 const std::vector<std::size_t>& before);
  void note_answer(const VarData& answer);
  void spoil_log(const char* reason);

  // Calls of forward.
  VarData make_call(const OpReference& op, std::vector<VarData> arguments);
  VarData open_call(const OpReference& op, const std::vector<VarData>& arguments);
  VarData outcome_of_known(const CallPtr& call);
  VarData call_from_elsewhere(const OpReference& op, const std::vector<VarData>& arguments);
  CallPtr take_known(const OpReference& op, const std::vector<VarData>& arguments);
  /// `before`: calls that it waits for although it takes nothing of theirs.
  CallPtr add_call(const OpReference& op, std::vector<VarData> arguments,
                   const std::vector<std::size_t>& before, bool& has_all_inputs);
  void add_known(const KnownOutcome& known);

  // Starting and ending calls.
  /// `may_start_here`: calls that do not block need not wait for another thread.
  void start(const CallPtr& call, bool may_start_here);
  void start_async(const CallPtr& call);
  void run_here(const CallPtr& call);
  void submit_helpers(Lock& lock);
  CallPtr take_queued();
  [[nodiscard]] CallPtr claimable(const PendingCall& call) const;
  void advance(Lock& lock, const PendingCall& call);
  void end_with(const CallPtr& call, const Run& run);
  void finish(const CallPtr& call, Value output);
  void fail(const CallPtr& call, const std::exception_ptr& error, bool is_of_operator);
  void end_all(std::exception_ptr fatal);

  const DataflowRequest request_;
  const std::shared_ptr<Executor> executor_;
  const std::thread::id thread_;
  const Ambient ambient_;
  const Context context_;
  const std::size_t most_helpers_;

  std::mutex mutex_;
  Condition changed_;
  /// Calls of this pass in program order.
  std::vector<CallPtr> calls_;
  /// Calls of earlier passes that `forward` has not made again in this one.
  std::deque<CallPtr> known_;
  std::vector<CallPtr> queue_;
  std::vector<VarData> derived_;
  PartOrder order_;
  std::size_t first_failed_ = no_call;
  std::size_t helpers_ = 0;
  std::size_t busy_helpers_ = 0;
  std::atomic<bool> is_eager_ = false;
  bool is_given_up_ = false;
  /// Vars of this pass know where they come from, whether or not the log is still whole.
  bool is_pass_observed_ = false;
  std::atomic<bool> is_observing_ = false;
  std::atomic<bool> is_over_ = false;
  /// The deadline or a stop request ended the call: nothing is tried again.
  std::exception_ptr fatal_;
  std::stop_source stop_;
};

}  // namespace ember::xcs
