#include "cli/row_outcome.hpp"

#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::cli {

namespace {

/// What a person wants to know of an error: what the operator threw, and where it stands.
struct Told {
  int code = Errc::error;
  std::string message;
  std::string path;
  std::string type;
};

/// The engine's own layer around what an operator threw.
bool is_wrapping(const Error& error) {
  return error.cause() && (error.code() == Errc::execution || error.code() == Errc::operator_execution);
}

Told told(std::exception_ptr error) {
  Told result;
  while (error) {
    result.message = message_of(error);
    result.type = type_name_of(error);
    try {
      std::rethrow_exception(std::exchange(error, nullptr));
    } catch (const Error& known) {
      result.code = known.code();
      if (result.path.empty()) result.path = known.path();
      if (is_wrapping(known)) error = known.cause();
    } catch (...) {
    }
  }
  return result;
}

/// Text that is no UTF-8 can not be part of a row; it should not hide the error either.
std::string printable(std::string text) {
  if (is_utf8(text)) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text;
}

std::vector<RowOutcome::Match> matches_of(const Value& row, const Result<Value>& outputs,
                                          const std::vector<Expectation>& expectations) {
  std::vector<RowOutcome::Match> matches;
  for (const Expectation& expectation : expectations) {
    if (!row.has(expectation.row_field)) {
      matches.push_back(RowOutcome::Match::absent);
    } else if (outputs && is_match(outputs.value()[expectation.output], row[expectation.row_field])) {
      matches.push_back(RowOutcome::Match::right);
    } else {
      matches.push_back(RowOutcome::Match::wrong);
    }
  }
  return matches;
}

}  // namespace

std::string row_name(std::size_t line_number) {
  return "row " + std::to_string(line_number);
}

RowOutcome failed_row(const Value& id, std::size_t line_number, const std::exception_ptr& error) {
  const Told what = told(error);
  const Value row = {{"id", id},
                     {"error",
                      {{"code", what.code},
                       {"message", printable(what.message)},
                       {"path", what.path},
                       {"type", what.type},
                       {"line", line_number}}}};
  RowOutcome outcome;
  outcome.line = to_json(row);
  outcome.is_failed = true;
  outcome.is_stopped = what.code == Errc::execution_stopped;
  return outcome;
}

RowOutcome finished_row(const Value& row, std::size_t line_number, const WorkflowRun& run,
                        const std::vector<Expectation>& expectations) {
  RowOutcome outcome;
  const Value id = row.get("id");
  try {
    std::vector<std::pair<std::string, Value>> fields = {{"id", id}};
    for (const auto& field : run.outputs.value().fields()) fields.push_back(field);
    outcome.line = to_json(Value::mapping(std::move(fields)));
  } catch (...) {
    outcome = failed_row(id, line_number, std::current_exception());
  }
  outcome.matches = matches_of(row, run.outputs, expectations);
  return outcome;
}

RowMetrics row_metrics(const xcs::ExecutionMetrics& metrics, const xcs::XCSGraph& graph) {
  RowMetrics result;
  result.ideal_time = from_seconds(metrics.ideal_time_ms / 1000);
  result.step_time = from_seconds(metrics.node_time_ms / 1000);
  for (const std::string& step : metrics.critical_path) {
    result.critical_steps.emplace_back(step, metrics.node_stats.at(graph.node(step).id).duration());
  }
  for (const auto& [id, stats] : metrics.node_stats) {
    const bool has_run =
        stats.status == xcs::NodeStats::Status::finished || stats.status == xcs::NodeStats::Status::failed;
    if (has_run) result.steps.emplace_back(graph.node(id).display_name(), stats.duration());
  }
  return result;
}

}  // namespace ember::cli
