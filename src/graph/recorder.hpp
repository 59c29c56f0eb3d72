// Recorder: the interpreter that writes calls down as nodes of a graph and runs none.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <ember/graph.hpp>

#include "op/interpreter.hpp"

namespace ember::xcs {

class Recorder final : public Interpreter, public std::enable_shared_from_this<Recorder> {
 public:
  /// What is being recorded: a graph of its own, or a body that can also run plainly.
  enum class Subject { graph, program };

  explicit Recorder(Subject subject) : subject_(subject), thread_(std::this_thread::get_id()) {}

  Value call(const OpReference& op, const Value& arguments) override;
  VarData call(const OpReference& op, std::vector<VarData> arguments) override;
  [[nodiscard]] bool is_recording() const noexcept override { return true; }

  /// Writes a node, with a name when `alias` is not empty, and returns its handle.
  VarData record(std::string alias, const OpReference& op, const std::vector<VarData>& arguments);
  /// A handle to the run inputs.
  VarData input();
  /// The expression of a handle of this recording. Throws TraceError for a handle of another.
  [[nodiscard]] Binding binding_of(const VarData& data) const;

  /// Lets the calling thread record from now on.
  void adopt_thread() noexcept { thread_ = std::this_thread::get_id(); }
  /// Throws TraceError once the recording has ended.
  void require_open() const;
  void finish() noexcept { is_finished_ = true; }
  [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
  XCSGraph& graph() noexcept { return graph_; }

 private:
  /// Only the recording thread records: work that it handed to other threads runs, and may not use handles.
  static VarData run_elsewhere(const OpReference& op, const std::vector<VarData>& arguments);
  [[nodiscard]] bool is_own_thread() const noexcept { return thread_ == std::this_thread::get_id(); }

  Subject subject_;
  XCSGraph graph_;
  std::atomic<std::thread::id> thread_;
  std::atomic<bool> is_finished_ = false;
};

}  // namespace ember::xcs
