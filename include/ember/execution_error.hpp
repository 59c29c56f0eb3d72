// The errors of a run. Each carries the outputs that were finished.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/error.hpp>
#include <ember/results.hpp>

namespace ember::xcs {

/// A node failed. `cause()` is what its operator threw; `path()` starts with the node.
class ExecutionError : public XCSError {
 public:
  explicit ExecutionError(const std::string& message, Errc::Code code = Errc::execution)
      : XCSError(message, code) {}
  /// `Node 'b' failed: boom`.
  static ExecutionError for_node(std::string_view node, const std::exception_ptr& cause);
  /// The same of a failure without an exception: `Node 'b' failed: message`, and no cause.
  static ExecutionError for_node(std::string_view node, std::string_view message);

  /// The node that failed; empty when the run as a whole did.
  [[nodiscard]] const std::string& node() const noexcept { return node_; }
  /// Outputs of all nodes that had finished.
  [[nodiscard]] const Results& partial_results() const noexcept { return partial_results_; }
  ExecutionError& set_partial_results(Results results) {
    partial_results_ = std::move(results);
    return *this;
  }

 private:
  std::string node_;
  Results partial_results_;
};

/// The deadline passed before the run was over.
class ExecutionTimeoutError : public ExecutionError {
 public:
  explicit ExecutionTimeoutError(double timeout_seconds, std::size_t finished, std::size_t total);
  /// The time that was given, in seconds.
  [[nodiscard]] double timeout_seconds() const noexcept { return timeout_seconds_; }
  /// Number of nodes that had finished.
  [[nodiscard]] std::size_t nodes_finished() const noexcept { return finished_; }
  /// Number of nodes of the run.
  [[nodiscard]] std::size_t nodes_total() const noexcept { return total_; }

 private:
  double timeout_seconds_;
  std::size_t finished_;
  std::size_t total_;
};

/// A stop was requested before the run was over.
class ExecutionStoppedError : public ExecutionError {
 public:
  ExecutionStoppedError() : ExecutionError("the run was stopped on request", Errc::execution_stopped) {}
};

/// Nodes failed while `fail_fast` was off.
class ExecutionErrorGroup : public ExecutionError {
 public:
  /// `errors`: the failed nodes with their errors, in program order; `skipped`: the nodes that depend on
  /// them.
  ExecutionErrorGroup(std::vector<std::pair<std::string, std::exception_ptr>> errors,
                      std::vector<std::string> skipped);
  [[nodiscard]] const std::vector<std::pair<std::string, std::exception_ptr>>& errors() const noexcept {
    return errors_;
  }
  [[nodiscard]] const std::vector<std::string>& skipped() const noexcept { return skipped_; }

 private:
  std::vector<std::pair<std::string, std::exception_ptr>> errors_;
  std::vector<std::string> skipped_;
};

}  // namespace ember::xcs
