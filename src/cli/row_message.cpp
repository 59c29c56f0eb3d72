#include "cli/row_message.hpp"

#include <string>
#include <utility>

namespace ember::cli {
namespace {

Value nanoseconds(Duration duration) {
  return static_cast<std::int64_t>(duration.count());
}

Duration duration_from(const Value& value) {
  return Duration(value.integer());
}

Value to_message(const std::vector<std::pair<std::string, double>>& seconds) {
  std::vector<Value> items;
  for (const auto& [step, time] : seconds) items.push_back(list({step, time}));
  return Value::list(std::move(items));
}

std::vector<std::pair<std::string, double>> seconds_from(const Value& message) {
  std::vector<std::pair<std::string, double>> seconds;
  for (const Value& item : message.items()) seconds.emplace_back(item[0].string(), item[1].number());
  return seconds;
}

Value to_message(const std::optional<RowMetrics>& metrics) {
  if (!metrics) return {};
  return {{"ideal_time", nanoseconds(metrics->ideal_time)},
          {"step_time", nanoseconds(metrics->step_time)},
          {"critical_steps", to_message(metrics->critical_steps)},
          {"steps", to_message(metrics->steps)}};
}

std::optional<RowMetrics> metrics_from(const Value& message) {
  if (message.is_null()) return std::nullopt;
  return RowMetrics{duration_from(message["ideal_time"]), duration_from(message["step_time"]),
                    seconds_from(message["critical_steps"]), seconds_from(message["steps"])};
}

Value to_message(const CallRecord& call) {
  return {{"model", call.model_id},
          {"total_tokens", call.usage.total_tokens},
          {"prompt_tokens", call.usage.prompt_tokens},
          {"completion_tokens", call.usage.completion_tokens},
          {"cost_usd", call.usage.cost_usd},
          {"latency", nanoseconds(call.latency)},
          {"elapsed", nanoseconds(call.elapsed)},
          {"attempts", call.attempts},
          {"is_failed", call.is_failed}};
}

CallRecord call_from(const Value& message) {
  CallRecord call;
  call.model_id = message["model"].string();
  call.usage = {message["total_tokens"].integer(), message["prompt_tokens"].integer(),
                message["completion_tokens"].integer(), message["cost_usd"].number()};
  call.latency = duration_from(message["latency"]);
  call.elapsed = duration_from(message["elapsed"]);
  call.attempts = static_cast<int>(message["attempts"].integer());
  call.is_failed = message["is_failed"].boolean();
  return call;
}

}  // namespace

Value to_message(const RowOrder& order) {
  return {{"line", order.line_number}, {"row", order.row}};
}

Value to_message(const RowReport& report) {
  std::string matches;
  for (const RowOutcome::Match match : report.outcome.matches) matches += static_cast<char>(match);
  return {{"line", report.outcome.line},
          {"is_failed", report.outcome.is_failed},
          {"is_stopped", report.outcome.is_stopped},
          {"matches", matches},
          {"metrics", to_message(report.outcome.metrics)},
          {"calls", to_message(report.calls)}};
}

Value to_message(const std::vector<CallRecord>& calls) {
  std::vector<Value> items;
  for (const CallRecord& call : calls) items.push_back(to_message(call));
  return Value::list(std::move(items));
}

RowOrder row_order(const Value& message) {
  return {static_cast<std::size_t>(message["line"].integer()), message["row"]};
}

RowReport row_report(const Value& message) {
  RowReport report;
  report.outcome.line = message["line"].string();
  report.outcome.is_failed = message["is_failed"].boolean();
  report.outcome.is_stopped = message["is_stopped"].boolean();
  for (const char match : message["matches"].string()) {
    report.outcome.matches.push_back(static_cast<RowOutcome::Match>(match));
  }
  report.outcome.metrics = metrics_from(message["metrics"]);
  report.calls = call_records(message["calls"]);
  return report;
}

std::vector<CallRecord> call_records(const Value& message) {
  std::vector<CallRecord> calls;
  for (const Value& item : message.items()) calls.push_back(call_from(item));
  return calls;
}

}  // namespace ember::cli
