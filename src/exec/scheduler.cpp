#include <ember/scheduler.hpp>

#include <algorithm>
#include <array>

#include <ember/error.hpp>

#include "base/lower_case.hpp"

namespace ember::xcs {
namespace {

struct Name {
  std::string_view text;
  SchedulerKind kind;
};

constexpr std::array<Name, 6> names = {{{"auto", SchedulerKind::automatic},
                                        {"noop", SchedulerKind::noop},
                                        {"parallel", SchedulerKind::parallel},
                                        {"sequential", SchedulerKind::sequential},
                                        {"topological", SchedulerKind::sequential},
                                        {"wave", SchedulerKind::wave}}};

SchedulerKind kind_of(std::string_view name) {
  const std::string wanted = lower_case(name);
  for (const Name& known : names) {
    if (known.text == wanted) return known.kind;
  }
  std::string valid;
  for (const Name& known : names) valid += (valid.empty() ? "" : ", ") + std::string(known.text);
  throw InvalidArgumentError("unknown scheduler '" + std::string(name) + "': expected one of " + valid);
}

}  // namespace

Scheduler::Scheduler(std::string_view name) : kind_(kind_of(name)) {}

Scheduler::Scheduler(SchedulerKind kind, std::optional<int> max_workers)
    : kind_(kind), max_workers_(max_workers) {
  if (max_workers && *max_workers < 1) {
    throw InvalidArgumentError("max_workers must be an integer of at least 1, got " +
                               std::to_string(*max_workers));
  }
}

std::string_view Scheduler::name() const noexcept {
  const auto* found =
      std::find_if(names.begin(), names.end(), [&](const Name& known) { return known.kind == kind_; });
  return found->text;
}

Scheduler create_scheduler(std::string_view name, std::optional<int> max_workers) {
  return Scheduler(kind_of(name), max_workers);
}

}  // namespace ember::xcs
