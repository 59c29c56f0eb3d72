#include <ember/plan_passes.hpp>

#include <array>
#include <string>
#include <utility>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

constexpr std::array<std::pair<const char*, bool PlanPasses::*>, 6> passes = {
    {{"dead_nodes", &PlanPasses::dead_nodes},
     {"common_calls", &PlanPasses::common_calls},
     {"constant_inputs", &PlanPasses::constant_inputs},
     {"priorities", &PlanPasses::priorities},
     {"chain_fusion", &PlanPasses::chain_fusion},
     {"batch_groups", &PlanPasses::batch_groups}}};

bool PlanPasses::*pass_of(const std::string& name) {
  std::string known;
  for (const auto& [pass, member] : passes) {
    if (name == pass) return member;
    known += (known.empty() ? "" : ", ") + std::string(pass);
  }
  throw InvalidArgumentError("unknown plan pass '" + name + "': expected one of " + known);
}

}  // namespace

PlanPasses PlanPasses::from(const Value& settings) {
  if (!settings.is_mapping()) {
    throw InvalidArgumentError("passes must be a mapping of pass names to booleans, got a value of kind " +
                               std::string(to_string(settings.kind())));
  }
  PlanPasses chosen;
  for (const auto& [name, value] : settings.fields()) {
    bool PlanPasses::*const member = pass_of(name);
    if (!value.is_boolean()) {
      throw InvalidArgumentError("passes." + name + " must be a boolean, got a value of kind " +
                                 std::string(to_string(value.kind())));
    }
    chosen.*member = value.boolean();
  }
  return chosen;
}

}  // namespace ember::xcs
