// What is said of plans: the effect of the passes, the scheduler that `auto` takes, and the costs.
#pragma once

#include <string>

#include <ember/cost_analysis.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {

/// `2 calls`, `1 call`.
std::string counted(std::size_t count, const std::string& noun);
/// `number` as printf writes it, for a format of one double.
std::string formatted(const char* format, double number);
/// Names joined by `separator`; of many, the first ones and how many there are.
std::string joined_names(const std::vector<std::string>& names, const std::string& separator);

/// A line for each pass that belongs to how a plan is run, indented by `indent`.
std::string schedule_text(const Plan& plan, const std::string& indent);

/// What `auto` takes for a plan.
struct AutomaticChoice {
  std::string scheduler;
  std::string reason;
};
AutomaticChoice automatic_choice(const Plan& plan);

CostAnalysis cost_analysis(const Plan& plan);

}  // namespace ember::xcs
