// Workflow: a graph of stock operators described by a YAML file: models, steps, and outputs for each input
// row.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ember/execution_metrics.hpp>
#include <ember/execution_options.hpp>
#include <ember/graph.hpp>
#include <ember/model_registry.hpp>
#include <ember/result.hpp>
#include <ember/value.hpp>

namespace ember {

namespace xcs {
class CompiledGraph;
}

/// How a workflow file is read.
struct WorkflowOptions {
  /// Changes to the file, such as `models.big.temperature=0` or `steps.panel.size=5`; `*` in place of a name
  /// means all of them; the value is YAML. A later one wins.
  std::vector<std::string> settings = {};
  /// Where models are looked up; null means the process's registry.
  std::shared_ptr<ModelRegistry> registry = {};
};

/// The outcome of one row.
struct WorkflowRun {
  /// A mapping from output names, in the order of the file; or what stood in its way.
  Result<Value> outputs;
  /// What the row took, step by step; null unless `collect_metrics` is on.
  std::shared_ptr<const xcs::ExecutionMetrics> metrics = {};
};

/// A workflow, ready to run rows. A cheap value; all members are thread-safe.
class Workflow {
 public:
  /// Reads a file. Throws DataError when it can not be read, and as `parse` does.
  static Workflow load(const std::string& file, const WorkflowOptions& options = {});
  /// Reads the text of a file; `source` is its name in messages. Throws ConfigError with a line
  /// `source:line:column: message` for every mistake.
  static Workflow parse(std::string_view text, const std::string& source = "workflow",
                        const WorkflowOptions& options = {});

  /// All steps, also those that no output needs. The run inputs are `{"row": ...}`.
  [[nodiscard]] const xcs::XCSGraph& graph() const noexcept;
  /// The steps that the outputs need, as they run.
  [[nodiscard]] const xcs::CompiledGraph& compiled() const noexcept;
  /// Names of the outputs, in the order of the file.
  [[nodiscard]] const std::vector<std::string>& output_names() const noexcept;
  /// Fields of a row that the needed steps and the outputs read, sorted.
  [[nodiscard]] const std::vector<std::string>& row_fields() const noexcept;

  /// Runs one row, as far as the outputs need it, and waits. Throws DataError for a row that is no mapping or
  /// lacks a field, and as `xcs::execute` does.
  [[nodiscard]] Value run(const Value& row, const xcs::ExecutionOptions& options = {}) const;
  /// Starts a row and returns, holding no thread. `done` is called exactly once, on a thread of the runtime
  /// or before this returns; it must not throw. Throws InvalidArgumentError for options out of range; all
  /// else arrives at `done`.
  void run_async(const Value& row, const xcs::ExecutionOptions& options,
                 std::function<void(WorkflowRun)> done) const;

 private:
  struct State;
  explicit Workflow(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace ember
