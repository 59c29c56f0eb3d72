#include "cli/row_work.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <utility>

#include <ember/execute.hpp>
#include <ember/log.hpp>

#include "cli/local_rows.hpp"
#include "cli/workflow_file.hpp"

namespace ember::cli {
namespace {

/// What holds for all rows together, as far as this process goes.
xcs::ExecutionOptions shared_options(xcs::ExecutionOptions given, const RowMesh& mesh) {
  given.timeout_seconds.reset();
  given.collect_metrics.reset();
  given.trace_execution.reset();
  if (given.max_workers) {
    const int all = *given.max_workers;
    given.max_workers = std::max(1, all / mesh.ranks + (mesh.rank < all % mesh.ranks ? 1 : 0));
  }
  return given;
}

xcs::ExecutionOptions options_of_rows(const RunOptions& options, const xcs::ExecutionOptions& given) {
  xcs::ExecutionOptions result;
  result.timeout_seconds = given.timeout_seconds;
  result.collect_metrics = options.report || options.metrics_port || given.collect_metrics.value_or(false);
  return result;
}

/// Runs `body` so that `options` hold for everything it starts. The bound on workers is one of a call tree,
/// so the body becomes the root of one; it gives up its own place among the workers with the first run that
/// it starts.
void run_within(const xcs::ExecutionOptions& options, const std::function<void()>& body) {
  if (!options.max_workers) {
    const xcs::ExecutionScope scope(options);
    body();
    return;
  }
  std::exception_ptr failure;
  xcs::XCSGraph root;
  root.add_node(op("run", [&](const Value& inputs) {
    try {
      const xcs::ExecutionScope scope(options);
      body();
    } catch (...) {
      failure = std::current_exception();
    }
    return inputs;
  }));
  (void)xcs::execute(root, {.max_workers = options.max_workers, .scheduler = xcs::Scheduler("parallel")});
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

RowWork::RowWork(const RunOptions& options, const RowMesh& mesh)
    : mesh_(mesh),
      workflow_(load_workflow(options.workflow, options.settings)),
      given_(given_options(options)),
      row_options_(options_of_rows(options, given_)),
      expectations_(read_expectations(options.expectations, workflow_.output_names())) {}

void RowWork::run(const std::function<void()>& body) const {
  run_within(shared_options(given_, mesh_), body);
}

std::unique_ptr<RowSite> RowWork::rows_here() const {
  return std::make_unique<LocalRows>(workflow_, row_options_, expectations_, mesh_.devices);
}

std::size_t RowWork::working_ranks() const noexcept {
  return static_cast<std::size_t>(std::min(mesh_.ranks, given_.max_workers.value_or(mesh_.ranks)));
}

LogToTerminal::LogToTerminal(bool is_debugged, const RowMesh& mesh) {
  const std::string name =
      mesh.is_root() ? "ember run: " : "ember run, rank " + std::to_string(mesh.rank) + ": ";
  set_log_hook([is_debugged, name](LogLevel level, std::string_view message) {
    if (level < LogLevel::warning && !is_debugged) return;
    std::cerr << name + std::string(message) + "\n" << std::flush;
  });
}

LogToTerminal::~LogToTerminal() {
  set_log_hook({});
}

}  // namespace ember::cli
