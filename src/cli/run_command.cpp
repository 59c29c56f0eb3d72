// `ember run`: rows from JSONL through a workflow into JSONL.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/execution_options.hpp>
#include <ember/log.hpp>
#include <ember/usage.hpp>
#include <ember/workflow.hpp>

#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "cli/live_metrics.hpp"
#include "cli/metrics_server.hpp"
#include "cli/option_settings.hpp"
#include "cli/row_pump.hpp"
#include "cli/run_report.hpp"
#include "cli/run_trace.hpp"
#include "cli/workflow_file.hpp"

namespace ember::cli {

namespace {

constexpr const char* run_description = "Runs a workflow file on every row of a JSONL file";

constexpr const char* run_footer = R"(
Each input line is a JSON object, the row; the workflow reads its fields as row.FIELD. Each output line is
{"id": ..., OUTPUT: ...} in the order of the input, or {"id": ..., "error": {"code", "message", "path", "type", "line"}}
for a row that failed: a line that is no JSON object, a missing field, an id that came before, a model that did not answer.

Exit status: 0 all rows succeeded, 1 reading or writing failed, 2 wrong usage or workflow file, 3 some rows failed,
130 after Ctrl-C and 143 after SIGTERM: all rows finished by then are written.

  ember run vote.yaml --input questions.jsonl --output answers.jsonl --rows-in-flight 128 --expect answer --report
  ember run vote.yaml --input questions.jsonl --output answers.jsonl --trace trace.json && ember trace trace.json
  ember run vote.yaml --set models.small.temperature=0 --set 'models.*.retry.max_attempts=5' < questions.jsonl)";

struct RunOptions {
  std::string workflow{};
  std::string input = "-";
  std::string output = "-";
  std::size_t rows_in_flight = 64;
  std::optional<int> max_workers{};
  std::optional<std::string> scheduler{};
  std::optional<std::string> timeout{};
  std::vector<std::string> execution{};
  std::vector<std::string> settings{};
  std::vector<std::string> expectations{};
  std::optional<std::string> trace{};
  std::optional<std::string> otlp{};
  std::optional<std::uint16_t> metrics_port{};
  std::string metrics_address = "127.0.0.1";
  bool report = false;
  bool is_quiet = false;
};

/// The input as an open descriptor.
class InputFile {
 public:
  explicit InputFile(const std::string& file)
      : name_(file == "-" ? "standard input" : "'" + file + "'"),
        descriptor_(file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::fstat(descriptor_, &status_) != 0) {
      throw UsageError("can not read " + name_ + ": " + std::strerror(errno));
    }
    if (S_ISDIR(status_.st_mode)) throw UsageError("can not read " + name_ + ": it is a directory");
  }
  ~InputFile() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Bytes, when that is known before reading.
  [[nodiscard]] std::optional<std::size_t> size() const noexcept {
    if (!S_ISREG(status_.st_mode) || status_.st_size <= 0) return std::nullopt;
    return static_cast<std::size_t>(status_.st_size);
  }
  [[nodiscard]] bool is_same_as(const std::string& file) const noexcept {
    struct stat other {};
    return S_ISREG(status_.st_mode) && file != "-" && ::stat(file.c_str(), &other) == 0 &&
           other.st_dev == status_.st_dev && other.st_ino == status_.st_ino;
  }

 private:
  std::string name_;
  int descriptor_;
  struct stat status_ {};
};

/// All execution options that the command line gives, by flag or by name.
xcs::ExecutionOptions given_options(const RunOptions& options) {
  std::vector<std::string> settings = options.execution;
  if (options.max_workers) settings.push_back("max_workers=" + std::to_string(*options.max_workers));
  if (options.scheduler) settings.push_back("scheduler=" + *options.scheduler);
  if (options.timeout) settings.push_back("timeout_seconds=" + *options.timeout);
  xcs::ExecutionOptions given = read_options(settings);
  if (given.scheduler && given.scheduler->kind() == xcs::SchedulerKind::noop) {
    throw UsageError("--scheduler noop calls no model, so there is nothing to write; see `ember graph`");
  }
  if (given.trace_execution.value_or(false)) {
    throw UsageError("--option trace_execution=true keeps records in memory; use --trace FILE");
  }
  return given;
}

/// What holds for all rows together.
xcs::ExecutionOptions shared_options(xcs::ExecutionOptions given) {
  given.timeout_seconds.reset();
  given.collect_metrics.reset();
  given.trace_execution.reset();
  return given;
}

PumpSettings pump_settings(const RunOptions& options, const xcs::ExecutionOptions& given,
                           const Workflow& workflow) {
  PumpSettings settings;
  settings.rows_in_flight = options.rows_in_flight;
  settings.options.timeout_seconds = given.timeout_seconds;
  settings.options.collect_metrics =
      options.report || options.metrics_port || given.collect_metrics.value_or(false);
  if (options.metrics_port) settings.live = std::make_shared<LiveMetrics>();
  settings.expectations = read_expectations(options.expectations, workflow.output_names());
  return settings;
}

/// Prints what the library has to say while it lives: warnings, and all of it with `debug`.
class LogToTerminal {
 public:
  explicit LogToTerminal(bool is_debugged) {
    set_log_hook([is_debugged](LogLevel level, std::string_view message) {
      if (level < LogLevel::warning && !is_debugged) return;
      std::cerr << "ember run: " + std::string(message) + "\n" << std::flush;
    });
  }
  ~LogToTerminal() { set_log_hook({}); }
  LogToTerminal(const LogToTerminal&) = delete;
  LogToTerminal& operator=(const LogToTerminal&) = delete;
};

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

/// One run of the command.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options),
        workflow_(load_workflow(options.workflow, options.settings)),
        given_(given_options(options)),
        settings_(pump_settings(options, given_, workflow_)),
        input_(options.input),
        trace_(trace_file(options, input_), options.otlp) {
    if (input_.is_same_as(options.output)) {
      throw UsageError("--output " + options.output +
                       " is the input itself; it would be emptied before it is read");
    }
  }

  int run() {
    LineReader reader(input_.descriptor(), input_.name());
    OutputFile output(options_.output);
    RowPump pump(workflow_, reader, output, settings_);
    Progress progress(options_.is_quiet);
    int signal = 0;
    const LogToTerminal log(given_.debug.value_or(false));
    const auto server = serve_metrics();
    try {
      const UsageScope counting(usage_);
      run_within(shared_options(given_), [&] {
        const auto tracing = trace_.begin();
        signal = pump.run([&](const PumpTotals& totals) {
          progress.show(state_of(totals));
          return progress.due_in_milliseconds();
        });
      });
    } catch (...) {
      progress.clear();
      throw;
    }
    progress.clear();
    const std::string trace_failure = trace_.close();
    print_summary(pump.totals(), signal);
    if (!trace_failure.empty()) std::cerr << "ember run: " + trace_failure + "\n" << std::flush;
    if (signal != 0) return 128 + signal;
    if (!trace_failure.empty()) return ExitCode::failure;
    return pump.totals().failed_rows > 0 ? ExitCode::rows_failed : ExitCode::success;
  }

 private:
  /// Null when nobody wants them.
  [[nodiscard]] std::unique_ptr<MetricsServer> serve_metrics() const {
    if (!options_.metrics_port) return nullptr;
    auto server = std::make_unique<MetricsServer>(options_.metrics_address, *options_.metrics_port,
                                                  [live = settings_.live] { return live->text(); });
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
      text += settings_.expectations[i].output + ": " + totals.accuracies[i].text() + "\n";
    }
    if (options_.report || given_.collect_metrics.value_or(false)) {
      text += RunReport{totals.rows, options_.rows_in_flight, given_.max_workers, usage_->totals(),
                        wall,        totals.ideal.total(),    totals.step_time,   totals.critical_seconds}
                  .text();
    }
    std::cerr << text + trace_.text() << std::flush;
  }

  const RunOptions& options_;
  Workflow workflow_;
  xcs::ExecutionOptions given_;
  PumpSettings settings_;
  InputFile input_;
  RunTrace trace_;
  std::shared_ptr<UsageService> usage_ = usage_of(settings_.live);
  TimePoint start_ = Clock::real()->now();
};

void add_options(CLI::App& app, RunOptions& options) {
  app.footer(run_footer);
  app.add_option("workflow", options.workflow, "The workflow file")->required()->type_name("FILE");
  app.add_option("--input", options.input, "JSONL file with the rows; - is standard input")
      ->capture_default_str()
      ->type_name("FILE");
  app.add_option("--output", options.output, "JSONL file for the results; - is standard output")
      ->capture_default_str()
      ->type_name("FILE");
  app.add_option("--rows-in-flight", options.rows_in_flight, "Rows that run at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--max-workers", options.max_workers,
                 "Steps that run at once, of all rows together; unbounded without")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--scheduler", options.scheduler,
                 "auto, parallel, wave or sequential: how the steps of a row run");
  app.add_option("--timeout", options.timeout, "Seconds for each row")->type_name("FLOAT");
  app.add_option(
         "--option", options.execution,
         "An execution option by name, such as enable_caching=true, fail_fast=false, use_parallel=false, "
         "device_strategy=gpu or debug=true; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  app.add_option(
         "--set", options.settings,
         "Changes the workflow: models.NAME.KEY=VALUE or steps.NAME.KEY=VALUE, * for every name; repeatable")
      ->allow_extra_args(false)
      ->type_name("PATH=VALUE");
  app.add_option(
         "--expect", options.expectations,
         "Compares an output with a field of the row and prints the accuracy: OUTPUT=FIELD, or FIELD for the "
         "output of that name, or for all outputs when there is none; repeatable")
      ->allow_extra_args(false)
      ->type_name("FIELD");
  app.add_option(
         "--trace", options.trace,
         "File for a trace of every row and call, for `ember trace`, Perfetto and chrome://tracing; it holds "
         "inputs and outputs, cut to 2 KiB each")
      ->type_name("FILE");
  app.add_option("--otlp", options.otlp,
                 "Sends the trace to the OpenTelemetry collector at this URL, such as http://localhost:4318; "
                 "headers and service name come from OTEL_EXPORTER_OTLP_HEADERS and OTEL_SERVICE_NAME")
      ->type_name("URL");
  app.add_option(
         "--metrics-port", options.metrics_port,
         "Serves metrics for Prometheus at /metrics of this port while the run goes on; 0 picks a free "
         "one")
      ->type_name("PORT");
  app.add_option("--metrics-address", options.metrics_address, "The address that --metrics-port listens on")
      ->capture_default_str()
      ->type_name("ADDRESS");
  app.add_flag("--report", options.report, "Prints calls, retries, tokens, cost, wall time and ideal time");
  app.add_flag("--quiet", options.is_quiet, "No progress");
}

}  // namespace

Command add_run_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("run", run_description);
  auto options = std::make_shared<RunOptions>();
  add_options(*app, *options);
  return {app, [options] { return Run(*options).run(); }};
}

}  // namespace ember::cli
