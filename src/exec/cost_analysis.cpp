#include <ember/cost_analysis.hpp>

#include <algorithm>
#include <unordered_map>

#include "exec/plan_text.hpp"
#include "graph/longest_path.hpp"

namespace ember::xcs {
namespace {

Value texts(const std::vector<std::string>& names) {
  return Value::list({names.begin(), names.end()});
}

void count_calls(const Plan& plan, CostAnalysis& analysis) {
  auto& counts = analysis.calls_by_operator;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (plan.node(node).is_check) continue;
    ++analysis.calls;
    const auto [place, is_new] = places.try_emplace(plan.node(node).target->name(), counts.size());
    if (is_new) counts.emplace_back(place->first, 0);
    ++counts[place->second].second;
  }
}

/// What is unknown is told once for each place and reason.
void add_bound(const Plan& plan, std::size_t node, CallBound& total) {
  CallBound bound = call_bound_of(*plan.node(node).target);
  std::vector<std::string> unknown;
  for (const std::string& what : bound.unknown) {
    std::string place = plan.display_name(node) + ": " + what;
    if (std::find(unknown.begin(), unknown.end(), place) == unknown.end()) unknown.push_back(place);
  }
  bound.unknown = std::move(unknown);
  total += bound;
}

void find_times(const Plan& plan, CostAnalysis& analysis) {
  double work = 0;
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (plan.cost(node) != 0) ++analysis.measured_calls;
    work += static_cast<double>(plan.cost(node));
  }
  const bool is_measured = analysis.measured_calls > 0;
  const auto [longest, path] = longest_path(plan, [&](std::size_t node) {
    return is_measured || plan.node(node).is_check ? static_cast<double>(plan.cost(node)) : 1.0;
  });
  for (const std::uint32_t node : path) {
    if (!plan.node(node).is_check) analysis.critical_path.push_back(plan.display_name(node));
  }
  if (!is_measured) return;
  analysis.total_work_ms = work / 1e6;
  analysis.ideal_time_ms = longest / 1e6;
}

std::string time_text(const CostAnalysis& analysis) {
  const std::string path = joined_names(analysis.critical_path, " -> ");
  if (analysis.calls == 0) return "time: nothing runs\n";
  if (analysis.measured_calls == 0) {
    return "time: nothing was measured; the longest path has " +
           counted(analysis.critical_path.size(), "call") + ": " + path + "\n";
  }
  std::string text = "time: " + formatted("%.3f ms of work, ", analysis.total_work_ms) +
                     formatted("at best %.3f ms: ", analysis.ideal_time_ms) + path + "\n";
  if (analysis.measured_calls < analysis.calls) {
    text += "  " + std::to_string(analysis.calls - analysis.measured_calls) + " of " +
            counted(analysis.calls, "call") + " not measured\n";
  }
  return text;
}

std::string worst_case_text(const CallBound& bound) {
  std::string text = "worst case: " + counted(static_cast<std::size_t>(bound.model_calls), "model call");
  if (bound.model_calls > 0) {
    text += ", " + std::to_string(bound.prompt_tokens) + " prompt tokens, " +
            std::to_string(bound.completion_tokens) + " completion tokens, " +
            formatted("$%.6f", bound.cost_usd);
  }
  text += bound.unknown.empty() ? "\n" : ", and what is not known:\n";
  for (const std::string& what : bound.unknown) text += "  " + what + "\n";
  return text;
}

}  // namespace

CostAnalysis cost_analysis(const Plan& plan) {
  CostAnalysis analysis;
  analysis.depth = plan.depth();
  analysis.width = plan.width();
  count_calls(plan, analysis);
  find_times(plan, analysis);
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (!plan.node(node).is_check) add_bound(plan, node, analysis.worst_case);
  }
  return analysis;
}

CostAnalysis cost_analysis(const XCSGraph& graph) {
  return cost_analysis(*graph.plan());
}

CostAnalysis cost_analysis(const CompiledGraph& graph) {
  return cost_analysis(*graph.plan());
}

Value CostAnalysis::to_value() const {
  const auto number = [](std::size_t count) { return Value(static_cast<std::int64_t>(count)); };
  std::vector<std::pair<std::string, Value>> operators;
  for (const auto& [name, count] : calls_by_operator) operators.emplace_back(name, number(count));
  return {{"calls", number(calls)},
          {"calls_by_operator", Value::mapping(std::move(operators))},
          {"depth", number(depth)},
          {"width", number(width)},
          {"measured_calls", number(measured_calls)},
          {"total_work_ms", total_work_ms},
          {"ideal_time_ms", ideal_time_ms},
          {"critical_path", texts(critical_path)},
          {"worst_case",
           {{"model_calls", worst_case.model_calls},
            {"prompt_tokens", worst_case.prompt_tokens},
            {"completion_tokens", worst_case.completion_tokens},
            {"cost_usd", worst_case.cost_usd},
            {"unknown", texts(worst_case.unknown)}}}};
}

std::string CostAnalysis::to_text() const {
  std::string operators;
  for (const auto& [name, count] : calls_by_operator) {
    operators += (operators.empty() ? " (" : ", ") + name + " " + std::to_string(count);
  }
  return "cost: " + counted(calls, "call") + operators + (operators.empty() ? "" : ")") + ", depth " +
         std::to_string(depth) + ", width " + std::to_string(width) + "\n" + time_text(*this) +
         worst_case_text(worst_case);
}

}  // namespace ember::xcs
