#include "exec/plan_text.hpp"

#include <algorithm>
#include <cstdio>

namespace ember::xcs {
namespace {

constexpr std::size_t most_listed = 12;

/// Node names in the order in which they would start on one worker.
std::vector<std::string> order_of(const Plan& plan, const std::uint32_t* ranks) {
  std::vector<std::string> names(plan.size());
  for (std::size_t node = 0; node < plan.size(); ++node) names[ranks[node]] = plan.display_name(node);
  return names;
}

std::string priorities_text(const Plan& plan) {
  if (!plan.schedule().passes().priorities) return "off: calls start in program order";
  const std::uint32_t* ranks = plan.schedule().ranks(plan, true);
  if (!ranks) return "program order is the order of urgency";
  return "the most urgent first: " + joined_names(order_of(plan, ranks), ", ");
}

/// `a > b > c`, one for each chain.
std::string chains_text(const Plan& plan) {
  if (!plan.schedule().passes().chain_fusion) return "off: every call goes through the list of ready calls";
  std::vector<bool> is_link(plan.size());
  std::vector<std::string> chains;
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (is_link[node] || plan.link_of(node) == Plan::no_link) continue;
    std::vector<std::string> names = {plan.display_name(node)};
    for (auto link = plan.link_of(node); link != Plan::no_link; link = plan.link_of(link)) {
      is_link[link] = true;
      names.push_back(plan.display_name(link));
    }
    chains.push_back(joined_names(names, " > "));
  }
  if (chains.empty()) return "no chains of plain calls";
  return "back to back while they are short: " + joined_names(chains, "; ");
}

std::string batches_text(const Plan& plan) {
  if (!plan.schedule().passes().batch_groups) return "off: every call goes out by itself";
  std::vector<std::string> batches;
  for (const auto& group : plan.schedule().groups()) {
    std::vector<std::string> names;
    for (const std::uint32_t node : group) names.push_back(plan.display_name(node));
    batches.push_back(joined_names(names, " + "));
  }
  if (batches.empty()) return "no calls that can go out together";
  return "together: " + joined_names(batches, "; ");
}

std::string levels_text(const Plan& plan) {
  std::vector<std::vector<std::string>> levels(plan.depth());
  for (std::size_t node = 0; node < plan.size(); ++node) {
    levels[plan.node(node).wave].push_back(plan.display_name(node));
  }
  std::string text;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    text += "  level " + std::to_string(level + 1) + ": " + joined_names(levels[level], ", ") + "\n";
  }
  return text;
}

std::string explain_plan(const Plan& plan) {
  const AutomaticChoice choice = automatic_choice(plan);
  return "plan: " + counted(plan.size(), "call") + ", " + counted(plan.depth(), "level") + ", up to " +
         std::to_string(plan.width()) + " at once\n" + levels_text(plan) + "passes\n" +
         schedule_text(plan, "  ") + "scheduler: auto takes " + choice.scheduler + ", because " +
         choice.reason + "\n";
}

}  // namespace

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string formatted(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

std::string joined_names(const std::vector<std::string>& names, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_listed); ++i) {
    text += (i == 0 ? "" : separator) + names[i];
  }
  if (names.size() > most_listed) text += separator + "... (" + std::to_string(names.size()) + " in all)";
  return text;
}

std::string schedule_text(const Plan& plan, const std::string& indent) {
  return indent + "priorities: " + priorities_text(plan) + "\n" + indent +
         "chain_fusion: " + chains_text(plan) + "\n" + indent + "batch_groups: " + batches_text(plan) + "\n";
}

AutomaticChoice automatic_choice(const Plan& plan) {
  using Advice = PlanSchedule::Advice;
  const PlanSchedule& schedule = plan.schedule();
  if (plan.width() <= 1) return {"sequential", "no two calls can run at once"};
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (plan.node(node).target->is_async()) return {"parallel", "calls that wait hold no thread"};
  }
  if (!schedule.groups().empty()) return {"parallel", "calls go out as batches"};
  const std::string work = formatted("%.3f ms", static_cast<double>(schedule.expected_work()) / 1e6);
  if (schedule.advice() == Advice::one_by_one) {
    return {"sequential", "all calls together take " + work + ", and sharing them costs more than it saves"};
  }
  if (schedule.advice() == Advice::unmeasured) return {"parallel", "nothing was measured yet"};
  return {"parallel", "the calls take " + work + " one by one, and overlap saves more than it costs"};
}

std::string explain_plan(const XCSGraph& graph) {
  return explain_plan(*graph.plan());
}

std::string explain_plan(const CompiledGraph& graph) {
  return explain_plan(*graph.plan());
}

}  // namespace ember::xcs
