// `ember run`: rows from JSONL through a workflow into JSONL.
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <ember/usage.hpp>

#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "cli/input_file.hpp"
#include "cli/live_metrics.hpp"
#include "cli/metrics_server.hpp"
#include "cli/rank_rows.hpp"
#include "cli/rank_run.hpp"
#include "cli/row_pump.hpp"
#include "cli/row_work.hpp"
#include "cli/run_options.hpp"
#include "cli/run_report.hpp"
#include "cli/run_trace.hpp"
#include "ranks/termination_delay.hpp"

namespace ember::cli {

namespace {

constexpr const char* run_description = "Runs a workflow file on every row of a JSONL file";

/// The file for the trace. Opening it empties it, so it must be no other file of the run.
const std::optional<std::string>& trace_file(const RunOptions& options, const InputFile& input) {
  const auto& trace = options.trace;
  if (trace && (input.is_same_as(*trace) || *trace == options.workflow)) {
    throw UsageError("--trace " + *trace + " is a file that the run reads; it would be emptied");
  }
  if (trace && *trace == options.output) throw UsageError("--trace and --output are both " + *trace);
  return trace;
}

/// Counts the model calls of the run, for the report and as they end for `live`.
std::shared_ptr<UsageService> usage_of(const std::shared_ptr<LiveMetrics>& live) {
  if (!live) return std::make_shared<UsageService>();
  return std::make_shared<UsageService>([live](const CallRecord& call) { live->add_call(call); });
}

/// One run of the command, in the process that reads and writes.
class Run {
 public:
  Run(const RunOptions& options, const RowMesh& mesh)
      : options_(options),
        mesh_(mesh),
        work_(options, mesh),
        live_(options.metrics_port ? std::make_shared<LiveMetrics>() : nullptr),
        input_(options.input),
        trace_(trace_file(options, input_), options.otlp) {
    if (input_.is_same_as(options.output)) {
      throw UsageError("--output " + options.output +
                       " is the input itself; it would be emptied before it is read");
    }
    if (mesh.ranks > 1 && (options.trace || options.otlp)) {
      throw UsageError(std::string(options.trace ? "--trace" : "--otlp") +
                       " records the calls of one process, and --mesh shares the rows among " +
                       std::to_string(mesh.ranks));
    }
  }

  int run() {
    LineReader reader(input_.descriptor(), input_.name());
    OutputFile output(options_.output);
    Progress progress(options_.is_quiet);
    int signal = 0;
    int exit_code = ExitCode::success;
    std::optional<PumpTotals> totals;
    const LogToTerminal log(work_.given().debug.value_or(false), mesh_);
    const auto server = serve_metrics();
    try {
      const UsageScope counting(usage_);
      work_.run([&] {
        const auto tracing = trace_.begin();
        const auto site = mesh_.ranks > 1 ? rows_of_all() : work_.rows_here();
        RowPump pump(*site, reader, output, {options_.rows_in_flight, work_.expectations().size(), live_});
        signal = pump.run([&](const PumpTotals& so_far) {
          progress.show(state_of(so_far));
          return progress.due_in_milliseconds();
        });
        totals = pump.totals();
        if (signal != 0) exit_code = 128 + signal;
        if (signal == 0 && totals->failed_rows > 0) exit_code = ExitCode::rows_failed;
        site->finish(exit_code);
      });
    } catch (...) {
      progress.clear();
      throw;
    }
    progress.clear();
    const std::string trace_failure = trace_.close();
    print_summary(*totals, signal);
    if (!trace_failure.empty()) std::cerr << "ember run: " + trace_failure + "\n" << std::flush;
    return trace_failure.empty() || signal != 0 ? exit_code : ExitCode::failure;
  }

 private:
  /// Rows on all processes; the calls of the others are counted here as well.
  [[nodiscard]] std::unique_ptr<RowSite> rows_of_all() const {
    return std::make_unique<RankRows>(work_.rows_here(), mesh_, work_.working_ranks(),
                                      [usage = usage_](const CallRecord& call) { usage->record(call); });
  }

  /// Null when nobody wants them.
  [[nodiscard]] std::unique_ptr<MetricsServer> serve_metrics() const {
    if (!options_.metrics_port) return nullptr;
    auto server = std::make_unique<MetricsServer>(options_.metrics_address, *options_.metrics_port,
                                                  [live = live_] { return live->text(); });
    std::cerr << "metrics: " + server->url() + "\n" << std::flush;
    return server;
  }

  [[nodiscard]] Duration elapsed() const { return Clock::real()->now() - start_; }

  [[nodiscard]] ProgressState state_of(const PumpTotals& totals) const {
    ProgressState state{totals.rows, totals.failed_rows, usage_->totals().usage.cost_usd,
                        to_seconds(elapsed())};
    if (const auto size = input_.size()) {
      state.share = static_cast<double>(totals.input_bytes) / static_cast<double>(*size);
    }
    return state;
  }

  void print_summary(const PumpTotals& totals, int signal) const {
    const Duration wall = elapsed();
    std::string text;
    if (totals.rows == 0 && signal == 0) text = "no rows in " + input_.name() + "\n";
    if (totals.rows > 0 || signal != 0) {
      text = std::to_string(totals.rows) + (totals.rows == 1 ? " row, " : " rows, ") +
             std::to_string(totals.failed_rows) + " failed, in " + duration_text(to_seconds(wall)) +
             (signal == 0 ? "\n" : "; stopped by a signal\n");
    }
    for (std::size_t i = 0; i < totals.accuracies.size(); ++i) {
      text += work_.expectations()[i].output + ": " + totals.accuracies[i].text() + "\n";
    }
    if (options_.report || work_.given().collect_metrics.value_or(false)) {
      text +=
          RunReport{totals.rows, options_.rows_in_flight, work_.given().max_workers, usage_->totals(),
                    wall,        totals.ideal.total(),    totals.step_time,          totals.critical_seconds}
              .text();
    }
    std::cerr << text + trace_.text() << std::flush;
  }

  const RunOptions& options_;
  const RowMesh& mesh_;
  RowWork work_;
  /// Null unless somebody looks at it.
  std::shared_ptr<LiveMetrics> live_;
  InputFile input_;
  RunTrace trace_;
  std::shared_ptr<UsageService> usage_ = usage_of(live_);
  TimePoint start_ = Clock::real()->now();
};

int run_here(const RunOptions& options, const RowMesh& mesh) {
  if (mesh.ranks == 1) return Run(options, mesh).run();
  // When a process dies, mpirun ends the others; this one has to say first what has happened.
  ranks::TerminationDelay delay;
  delay.stay();
  std::optional<Run> run;
  agree_to_run(mesh, [&] { run.emplace(options, mesh); });
  return run->run();
}

int start_run(const RunOptions& options) {
  const RowMesh mesh = find_mesh(options.mesh);
  return mesh.is_root() ? run_here(options, mesh) : run_for_root(options, mesh);
}

}  // namespace

Command add_run_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("run", run_description);
  auto options = std::make_shared<RunOptions>();
  add_run_options(*app, *options);
  return {app, [options] { return start_run(*options); }};
}

}  // namespace ember::cli
