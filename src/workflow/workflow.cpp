#include <ember/workflow.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include <ember/error.hpp>
#include <ember/execute.hpp>

#include "base/closest_name.hpp"
#include "workflow/config_settings.hpp"
#include "workflow/graph_builder.hpp"
#include "workflow/model_table.hpp"
#include "workflow/operator_kind.hpp"
#include "workflow/reference_check.hpp"
#include "workflow/yaml_reader.hpp"

namespace ember {

namespace {

using workflow::Description;
using workflow::OutputDescription;
using workflow::Source;
using workflow::StepDescription;

/// The steps that the outputs need, themselves and through others.
std::set<std::string> needed_steps(const Description& description) {
  std::set<std::string> needed;
  std::vector<const Source*> open;
  for (const OutputDescription& output : description.outputs) open.push_back(&output.source);
  while (!open.empty()) {
    const Source* source = open.back();
    open.pop_back();
    for_each_reference(*source, [&](const workflow::Reference& reference, const workflow::Place&) {
      if (reference.is_row() || !needed.insert(reference.root).second) return;
      open.push_back(&description.find_step(reference.root)->input);
    });
  }
  return needed;
}

/// The steps whose outputs are read for the outputs themselves.
std::vector<std::string> output_steps(const Description& description) {
  std::set<std::string> steps;
  for (const OutputDescription& output : description.outputs) {
    for_each_reference(output.source, [&](const workflow::Reference& reference, const workflow::Place&) {
      if (!reference.is_row()) steps.insert(reference.root);
    });
  }
  return {steps.begin(), steps.end()};
}

std::vector<std::string> fields_of_row(const Description& description, const std::set<std::string>& needed) {
  std::set<std::string> fields;
  const auto add = [&](const workflow::Reference& reference, const workflow::Place&) {
    if (!reference.is_row() || reference.path.empty()) return;
    if (const auto* field = std::get_if<std::string>(&reference.path.front())) fields.insert(*field);
  };
  for (const StepDescription& step : description.steps) {
    if (needed.contains(step.name)) for_each_reference(step.input, add);
  }
  for (const OutputDescription& output : description.outputs) for_each_reference(output.source, add);
  return {fields.begin(), fields.end()};
}

Value read_source(const Source& source, const Value& row, const xcs::Results& results) {
  if (source.form == Source::Form::literal) return source.literal;
  if (source.form == Source::Form::reference) {
    return value_at(source.reference.is_row() ? row : results[source.reference.root], source.reference.path);
  }
  std::vector<Value> items;
  for (const auto& [name, part] : source.parts) items.push_back(read_source(part, row, results));
  return Value::list(std::move(items));
}

std::string read_file(const std::string& file) {
  const auto refuse = [&](int error) {
    throw DataError("can not read '" + file + "': " + std::strerror(error));
  };
  std::FILE* stream = std::fopen(file.c_str(), "rb");
  if (!stream) refuse(errno);
  std::string text;
  char buffer[65536];
  std::size_t count = 0;
  constexpr std::size_t most = 16U << 20U;
  while ((count = std::fread(buffer, 1, sizeof buffer, stream)) > 0 && text.size() <= most)
    text.append(buffer, count);
  const int error = std::ferror(stream) ? errno : 0;
  std::fclose(stream);
  if (error != 0) refuse(error);
  if (text.size() > most) throw DataError("'" + file + "' is larger than 16 MiB; that is no workflow file");
  return text;
}

}  // namespace

struct Workflow::State {
  State(Description read, xcs::XCSGraph built)
      : description(std::move(read)),
        graph(std::move(built)),
        compiled(graph, output_steps(description)),
        row_fields(fields_of_row(description, needed_steps(description))) {
    for (const OutputDescription& output : description.outputs) output_names.push_back(output.name);
  }

  void check_row(const Value& row) const {
    if (!row.has_fields()) {
      throw DataError("a row must be an object, found " + std::string(to_string(row.kind())));
    }
    for (const std::string& field : row_fields) {
      if (row.has(field)) continue;
      const std::vector<std::string> keys = row.keys();
      std::string known;
      for (const std::string& key : keys) known += (known.empty() ? "; it has: " : ", ") + key;
      const std::string closest = suggestion(field, keys);
      throw DataError("the row has no field '" + field + "'" + (closest.empty() ? known : closest));
    }
  }

  static Value run_inputs(const Value& row) { return {{workflow::row_name, row}}; }

  [[nodiscard]] Value read_outputs(const Value& row, const xcs::Results& results) const {
    std::vector<std::pair<std::string, Value>> outputs;
    for (const OutputDescription& output : description.outputs) {
      try {
        outputs.emplace_back(output.name, read_source(output.source, row, results));
      } catch (const Error& error) {
        throw DataError("output '" + output.name + "': " + error.what());
      }
    }
    return Value::mapping(std::move(outputs));
  }

  [[nodiscard]] Result<Value> try_outputs(const Value& row, const Result<xcs::Results>& results) const {
    try {
      return read_outputs(row, results.value());
    } catch (...) {
      return std::current_exception();
    }
  }

  Description description;
  xcs::XCSGraph graph;
  xcs::CompiledGraph compiled;
  std::vector<std::string> output_names;
  std::vector<std::string> row_fields;
};

Workflow Workflow::load(const std::string& file, const WorkflowOptions& options) {
  return parse(read_file(file), file, options);
}

Workflow Workflow::parse(std::string_view text, const std::string& source, const WorkflowOptions& options) {
  workflow::ConfigErrors errors;
  workflow::ConfigNode root = workflow::read_yaml(text, source, errors);
  workflow::apply_settings(root, options.settings, errors);
  Description description = workflow::read_description(root, errors);
  const workflow::ModelTable models(description.models, options.registry, errors);
  workflow::check_references(description, errors);
  xcs::XCSGraph graph = workflow::build_graph(description, models, errors);
  errors.throw_if_any();
  return Workflow(std::make_shared<const State>(std::move(description), std::move(graph)));
}

const xcs::XCSGraph& Workflow::graph() const noexcept {
  return state_->graph;
}

const xcs::CompiledGraph& Workflow::compiled() const noexcept {
  return state_->compiled;
}

const std::vector<std::string>& Workflow::output_names() const noexcept {
  return state_->output_names;
}

const std::vector<std::string>& Workflow::row_fields() const noexcept {
  return state_->row_fields;
}

Value Workflow::run(const Value& row, const xcs::ExecutionOptions& options) const {
  state_->check_row(row);
  return state_->read_outputs(row, state_->compiled.run(State::run_inputs(row), options));
}

void Workflow::run_async(const Value& row, const xcs::ExecutionOptions& options,
                         std::function<void(WorkflowRun)> done) const {
  try {
    state_->check_row(row);
  } catch (const DataError&) {
    done({std::current_exception(), {}});
    return;
  }
  state_->compiled.run_async(State::run_inputs(row), options,
                             [state = state_, row, done = std::move(done)](const xcs::RunOutcome& outcome) {
                               done({state->try_outputs(row, outcome.results), outcome.metrics});
                             });
}

}  // namespace ember
