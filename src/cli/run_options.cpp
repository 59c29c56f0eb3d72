#include "cli/run_options.hpp"

#include <CLI/App.hpp>
// What every App is made with; App.hpp alone only declares it.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/command.hpp"
#include "cli/option_settings.hpp"

namespace ember::cli {

namespace {

constexpr const char* run_footer = R"(
Each input line is a JSON object, the row; the workflow reads its fields as row.FIELD. Each output line is
{"id": ..., OUTPUT: ...} in the order of the input, or {"id": ..., "error": {"code", "message", "path", "type", "line"}}
for a row that failed: a line that is no JSON object, a missing field, an id that came before, a model that did not answer.

Exit status: 0 all rows succeeded, 1 reading or writing failed, 2 wrong usage or workflow file, 3 some rows failed,
130 after Ctrl-C and 143 after SIGTERM: all rows finished by then are written.

  ember run vote.yaml --input questions.jsonl --output answers.jsonl --rows-in-flight 128 --expect answer --report
  ember run vote.yaml --input questions.jsonl --output answers.jsonl --trace trace.json && ember trace trace.json
  mpirun -n 4 ember run vote.yaml --mesh 2x2 --input questions.jsonl --output answers.jsonl
  ember run vote.yaml --set models.small.temperature=0 --set 'models.*.retry.max_attempts=5' < questions.jsonl)";

void add_observation_options(CLI::App& app, RunOptions& options) {
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

void add_run_options(CLI::App& app, RunOptions& options) {
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
  app.add_option(
         "--mesh", options.mesh,
         "Devices that share the rows, as lengths such as 4 or 2x2. Under mpirun they are its processes")
      ->type_name("SHAPE");
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
  add_observation_options(app, options);
}

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

}  // namespace ember::cli
