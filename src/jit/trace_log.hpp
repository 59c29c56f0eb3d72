// TraceLog: what `forward` did in one pass that was observed: its calls, and everything that it looked at.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "jit/composite_program.hpp"
#include "jit/trace_guard.hpp"

namespace ember::xcs {

class DataflowSession;

/// Filled by the thread of `forward`, from one pass; others may only spoil it. A log is worth nothing once it
/// is spoiled: `forward` may have known something that no guard says.
class TraceLog {
 public:
  /// The step of call number `call`: looks are steps, too.
  [[nodiscard]] std::size_t step_of(std::size_t call) const { return steps_of_calls_[call]; }
  /// `before`: numbers of calls that it waits for although no data flows.
  void add_call(const OpReference& op, Binding input, const std::vector<std::size_t>& before);
  /// `forward` asked about the part of the input or of a step at `place`, whose name is `name`, and got
  /// `answer`.
  void add_look(TraceGuard::Question question, const Binding& place, const std::string& field,
                const Value& answer, const std::string& name);
  void add_look_up(Binding derived) { program_.look_ups.push_back(std::move(derived)); }
  void set_answer(Binding answer) { program_.answer = std::move(answer); }

  /// `forward` of a nested composite begins and ends.
  void enter(const OpReference& composite);
  void leave() noexcept { composites_.pop_back(); }

  /// From any thread. The first reason counts.
  void spoil(const std::string& reason);
  [[nodiscard]] bool is_whole() const noexcept { return is_whole_.load(std::memory_order_acquire); }
  /// Why it is spoiled.
  [[nodiscard]] std::string reason() const;

  /// The calls, and the guards on outputs as steps between them.
  [[nodiscard]] const CompositeProgram& program() const noexcept { return program_; }
  /// The guards on the input.
  [[nodiscard]] const std::vector<std::shared_ptr<const TraceGuard>>& input_guards() const noexcept {
    return input_guards_;
  }

 private:
  using Question = TraceGuard::Question;
  /// What was asked: form and number of the source, its part, the question, the field.
  using Asked = std::tuple<Binding::Form, std::size_t, Path, Question, std::string>;

  [[nodiscard]] bool is_known(Question question, const Binding& place, const std::string& field);

  /// Behind the latest guard.
  void add_step(const OpReference& op, Binding binding, bool is_guard);

  CompositeProgram program_;
  std::vector<std::size_t> steps_of_calls_;
  std::uint32_t latest_guard_ = RecordedStep::none;
  std::vector<std::shared_ptr<const TraceGuard>> input_guards_;
  std::set<Asked> asked_;
  std::vector<std::string> composites_;
  std::atomic<bool> is_whole_ = true;
  mutable std::mutex mutex_;
  std::string reason_;
};

/// While one lives, the calling thread reads for the engine what belongs to `session`: no look of `forward`.
/// With null, it reads for others again.
class QuietRead {
 public:
  explicit QuietRead(const DataflowSession* session) noexcept;
  ~QuietRead();
  QuietRead(const QuietRead&) = delete;
  QuietRead& operator=(const QuietRead&) = delete;
  [[nodiscard]] static bool is_quiet(const DataflowSession* session) noexcept;

 private:
  const DataflowSession* const outer_;
};

}  // namespace ember::xcs
