// PlanRecorder: writes down what a composite does, with nested composites laid open, without calling
// anything.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <ember/binding.hpp>

#include "jit/composite_program.hpp"
#include "jit/composite_table.hpp"
#include "jit/data_read.hpp"
#include "jit/input_structure.hpp"
#include "jit/part_order.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

class PlanRecorder final : public Interpreter, public std::enable_shared_from_this<PlanRecorder> {
 public:
  /// `example` answers questions about the structure of the input; null: nothing is known of it. Lifetime of
  /// the example: that of the recording.
  PlanRecorder(std::shared_ptr<CompositeTable> table, const Value* example)
      : table_(std::move(table)), example_(example), thread_(std::this_thread::get_id()) {}

  Value call(const OpReference& op, const Value& arguments) override;
  VarData call(const OpReference& op, std::vector<VarData> arguments) override;
  [[nodiscard]] bool is_recording() const noexcept override { return !is_finished_; }

  /// The arguments of the composite that is recorded now.
  [[nodiscard]] std::vector<VarData> inputs(const OperatorBase& composite);
  /// Without an example: questions about the structure of the input are answered as for lists of one item and
  /// objects with all fields. What is recorded then holds for no input.
  void guess_structure() noexcept { is_guessing_ = true; }
  /// Number of different questions about the structure of the input.
  [[nodiscard]] std::size_t questions() const noexcept { return program_.facts.size(); }
  /// What was recorded; the recorder has it no more.
  [[nodiscard]] CompositeProgram take_program(const VarData& answer);
  void finish() noexcept { is_finished_ = true; }

  /// What forward asked for in vain; a recording with any of these is void, whatever forward made of the
  /// error.
  [[nodiscard]] const std::vector<DataRead>& reads() const noexcept { return reads_; }
  /// Number of calls written down so far.
  [[nodiscard]] std::size_t size() const noexcept { return program_.steps.size(); }
  /// True while forward has done nothing that could fail in plain execution.
  [[nodiscard]] bool is_untouched() const noexcept {
    return program_.steps.empty() && reads_.empty() && derived_.empty();
  }

 private:
  friend class RecordedPart;
  /// What a nested composite that is not laid open after all is taken back to.
  struct Mark {
    std::size_t steps;
    std::size_t facts;
    std::size_t signatures;
    std::size_t derived;
    std::size_t reads;
  };

  [[nodiscard]] bool is_here() const noexcept {
    return thread_ == std::this_thread::get_id() && !is_finished_;
  }
  [[noreturn]] void refuse(const std::string& what);
  std::size_t ask(StructureFact fact, const std::string& what);
  VarData write(const OpReference& op, const std::vector<VarData>& arguments);
  VarData open(const OpReference& op, const std::vector<VarData>& arguments);
  void take_back(const Mark& mark);
  [[nodiscard]] Binding binding_of(const VarData& data);
  [[nodiscard]] Binding binding_of_source(const VarData::Expression& source);
  void note_use(const VarData::Expression& look_up);

  const std::shared_ptr<CompositeTable> table_;
  const Value* const example_;
  const std::thread::id thread_;
  std::atomic<bool> is_finished_ = false;
  bool is_guessing_ = false;
  CompositeProgram program_;
  /// Look-ups, in the order in which forward made them; concrete ones stand for those known to be used.
  std::vector<VarData> derived_;
  /// Where those of the innermost composite begin: calls in it, which use them, may be taken back.
  std::size_t first_derived_ = 0;
  std::vector<DataRead> reads_;
  std::vector<std::string> path_;
  PartOrder order_;
};

}  // namespace ember::xcs
