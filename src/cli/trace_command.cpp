// `ember trace`: shows a trace file as a page or as text.
#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "observe/trace_page.hpp"
#include "observe/trace_totals.hpp"

namespace ember::cli {

namespace {

constexpr const char* trace_description =
    "Makes an HTML page of a trace file: timeline, critical path, operators";

constexpr const char* trace_footer = R"(
Reads what `ember run --trace` writes, and other files in the Trace Event Format. The page is one file that needs no
network: open it in a browser. It holds inputs and outputs as the trace file does.

  ember run vote.yaml --input questions.jsonl --output answers.jsonl --trace trace.json
  ember trace trace.json                  writes trace.html
  ember trace trace.json -o - | less      to standard output
  ember trace trace.json --summary        totals, critical path and operators as text)";

struct TraceOptions {
  std::string trace{};
  std::string output{};
  bool is_summary = false;
};

std::string name_of(const std::string& file) {
  return file.substr(file.find_last_of('/') + 1);
}

/// Beside the trace, `.html` in place of `.json`.
std::string page_file_of(const std::string& trace) {
  const std::string stem = trace.ends_with(".json") ? trace.substr(0, trace.size() - 5) : trace;
  return stem + ".html";
}

int run(const TraceOptions& options) {
  const SpanList list = read_span_file(options.trace);
  std::string text = options.is_summary ? summary_text(list) : trace_page(list, name_of(options.trace));
  while (text.ends_with('\n')) text.pop_back();
  std::string file = options.output;
  if (file.empty()) file = options.is_summary ? "-" : page_file_of(options.trace);
  OutputFile output(file);
  output.add(text);
  output.close();
  return ExitCode::success;
}

}  // namespace

Command add_trace_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("trace", trace_description);
  auto options = std::make_shared<TraceOptions>();
  app->footer(trace_footer);
  app->add_option("trace", options->trace, "The trace file")->required()->type_name("FILE");
  app->add_option("-o,--output", options->output,
                  "File to write; - is standard output. Without it FILE.html beside the trace")
      ->type_name("FILE");
  app->add_flag("--summary", options->is_summary, "Text in place of the page; to standard output without -o");
  return {app, [options] { return run(*options); }};
}

}  // namespace ember::cli
