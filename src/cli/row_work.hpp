// RowWork: what a run does with each row, alike in all processes that share the rows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ember/execution_options.hpp>
#include <ember/workflow.hpp>

#include "cli/expectation.hpp"
#include "cli/mesh_option.hpp"
#include "cli/row_site.hpp"
#include "cli/run_options.hpp"

namespace ember::cli {

class RowWork {
 public:
  /// Reads the workflow. Throws UsageError and ConfigError.
  RowWork(const RunOptions& options, const RowMesh& mesh);

  /// Runs `body`, which starts rows, so that the options that hold for all rows together hold for this
  /// process's share of them.
  void run(const std::function<void()>& body) const;
  /// Rows that run in this process.
  [[nodiscard]] std::unique_ptr<RowSite> rows_here() const;
  /// Number of processes that have rows: the bound on workers is divided, and each needs one.
  [[nodiscard]] std::size_t working_ranks() const noexcept;

  [[nodiscard]] const xcs::ExecutionOptions& given() const noexcept { return given_; }
  [[nodiscard]] const std::vector<Expectation>& expectations() const noexcept { return expectations_; }

 private:
  RowMesh mesh_;
  Workflow workflow_;
  xcs::ExecutionOptions given_;
  /// Of each row.
  xcs::ExecutionOptions row_options_;
  std::vector<Expectation> expectations_;
};

/// Prints what the library has to say while it lives: warnings, and all of it with `debug`.
class LogToTerminal {
 public:
  LogToTerminal(bool is_debugged, const RowMesh& mesh);
  ~LogToTerminal();
  LogToTerminal(const LogToTerminal&) = delete;
  LogToTerminal& operator=(const LogToTerminal&) = delete;
};

}  // namespace ember::cli
