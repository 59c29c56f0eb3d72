// `ember graph`: shows the graph of a workflow file.
#include <memory>
#include <string>
#include <vector>

#include <ember/cost_analysis.hpp>
#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/workflow.hpp>

#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "cli/graphviz.hpp"
#include "cli/output_file.hpp"
#include "cli/workflow_file.hpp"

namespace ember::cli {

namespace {

constexpr const char* graph_description = "Shows the steps of a workflow file and what each waits for";

constexpr const char* graph_footer = R"(
Checks the file too: exit 2 with the mistakes when it has any. `svg` needs `dot` of the package graphviz.

`--explain` prints how the steps that the outputs need would run, and what one row can cost at most: prompts by the
`context_tokens` of the models, answers by their `max_tokens`, one attempt for each call.

  ember graph vote.yaml
  ember graph vote.yaml --format svg -o vote.svg
  ember graph vote.yaml --explain)";

struct GraphOptions {
  std::string workflow{};
  std::string format = "text";
  std::string output = "-";
  bool is_explained = false;
  std::vector<std::string> settings{};
};

/// The plan and its costs, in place of the drawing.
std::string explained(const Workflow& workflow) {
  const xcs::CompiledGraph& compiled = workflow.compiled();
  return xcs::explain_plan(compiled) + xcs::cost_analysis(compiled).to_text();
}

std::string drawn(const xcs::XCSGraph& graph, const std::string& format) {
  if (format == "dot") return graph.to_dot();
  if (format == "json") return graph.to_json();
  if (format == "svg") return svg_of_dot(graph.to_dot());
  return graph.to_text();
}

int run(const GraphOptions& options) {
  const Workflow workflow = load_workflow(options.workflow, options.settings);
  std::string text = options.is_explained ? explained(workflow) : drawn(workflow.graph(), options.format);
  while (text.ends_with('\n')) text.pop_back();
  OutputFile output(options.output);
  output.add(text);
  output.close();
  return ExitCode::success;
}

}  // namespace

Command add_graph_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("graph", graph_description);
  auto options = std::make_shared<GraphOptions>();
  app->footer(graph_footer);
  app->add_option("workflow", options->workflow, "The workflow file")->required()->type_name("FILE");
  CLI::Option* format = app->add_option("--format", options->format, "text, dot, svg or json");
  format->capture_default_str()->check(CLI::IsMember({"text", "dot", "svg", "json"}));
  app->add_flag("--explain", options->is_explained,
                "How the workflow runs, and what one row can cost at most")
      ->excludes(format);
  app->add_option("-o,--output", options->output, "File to write; - is standard output")
      ->capture_default_str()
      ->type_name("FILE");
  app->add_option("--set", options->settings, "Changes the workflow, as for `ember run`; repeatable")
      ->allow_extra_args(false)
      ->type_name("PATH=VALUE");
  return {app, [options] { return run(*options); }};
}

}  // namespace ember::cli
