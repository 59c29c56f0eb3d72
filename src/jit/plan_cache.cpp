#include "jit/plan_cache.hpp"

#include <algorithm>

namespace ember::xcs {
namespace {

constexpr std::size_t most_seen = 4096;

bool holds(const CompiledPlan& plan, const Value& input) {
  const bool is_of_input =
      std::all_of(plan.recorded.facts.begin(), plan.recorded.facts.end(), [&](const StructureFact& fact) {
        const auto answer = answer_of(fact, input);
        return answer && *answer == fact.answer;
      });
  return is_of_input && signatures_hold(plan.recorded.signatures);
}

std::string broken_fact(const CompiledPlan& plan, const Value& input) {
  for (const StructureFact& fact : plan.recorded.facts) {
    const auto answer = answer_of(fact, input);
    if (answer && *answer == fact.answer) continue;
    const std::string place = "`" + place_of(fact) + "`";
    if (!answer) return place + " is not there, and the composite asks for its structure";
    if (fact.question == StructureFact::Question::size) {
      return place + ": list of " + std::to_string(fact.answer) + " before, " + std::to_string(*answer) +
             " now; the composite iterates it";
    }
    return place + (*answer ? " has" : " lacks") + " a field `" + fact.field + "` that it " +
           (*answer ? "lacked" : "had") + " before; the composite asks for it";
  }
  return signature_change(plan.recorded.signatures);
}

std::string signature_difference(const PlanKey& before, const PlanKey& now) {
  // They are those of the same operators in the same order.
  for (std::size_t i = 0; i < now.signatures.size(); ++i) {
    if (std::string found = signature_change(before.signatures[i], now.signatures[i]); !found.empty())
      return found;
  }
  return {};
}

}  // namespace

PlanCache::Plan PlanCache::find(const PlanKey& key, const Value& input) {
  const std::lock_guard lock(mutex_);
  for (auto place = plans_.begin(); place != plans_.end(); ++place) {
    if ((*place)->key.hash != key.hash || (*place)->key != key || !holds(**place, input)) continue;
    if (place != plans_.begin()) plans_.splice(plans_.begin(), plans_, place);
    return plans_.front();
  }
  return nullptr;
}

PlanCache::Plan PlanCache::get_or_compile(const PlanKey& key, const Value& input,
                                          const std::function<Plan()>& compile, bool& was_compiled) {
  const std::lock_guard lock(compiling_);
  if (Plan found = find(key, input)) return found;
  was_compiled = true;
  Plan made = compile();
  keep(made);
  return made;
}

void PlanCache::keep(Plan plan) {
  const std::lock_guard lock(mutex_);
  if (seen_.size() < most_seen) seen_.insert(plan->key.hash);
  was_cleared_ = false;
  plans_.push_front(std::move(plan));
  if (plans_.size() > capacity_) plans_.pop_back();
}

void PlanCache::clear() {
  const std::lock_guard lock(mutex_);
  plans_.clear();
  seen_.clear();
  was_cleared_ = true;
}

std::size_t PlanCache::size() const {
  const std::lock_guard lock(mutex_);
  return plans_.size();
}

PlanCache::Plan PlanCache::latest() const {
  const std::lock_guard lock(mutex_);
  return plans_.empty() ? nullptr : plans_.front();
}

std::string PlanCache::reason_for_miss(const PlanKey& key, const Value& input) const {
  const std::lock_guard lock(mutex_);
  if (plans_.empty()) return was_cleared_ ? "the plans were cleared" : "it is the first call";
  const CompiledPlan& before = *plans_.front();
  if (std::string difference = signature_difference(before.key, key); !difference.empty()) return difference;
  for (const Plan& plan : plans_) {
    if (plan->key != key) continue;
    if (std::string broken = broken_fact(*plan, input); !broken.empty()) return broken;
  }
  if (seen_.contains(key.hash)) {
    return "its plan was dropped: there are more structures in use than cache_size " +
           std::to_string(capacity_);
  }
  if (before.key.custom != key.custom) {
    return "the key is '" + key.custom + "', before it was '" + before.key.custom + "'";
  }
  const std::string difference = structure_difference(before.structure, structure_of(input));
  return difference.empty() ? "the input has another structure" : difference;
}

}  // namespace ember::xcs
