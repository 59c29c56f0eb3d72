#include "jit/signatures.hpp"

#include <algorithm>

namespace ember::xcs {

OperatorSignature signature_of(const OperatorBase& target) {
  return {&target, target.structure_signature(), target.state_signature()};
}

void note_signature(std::vector<SignatureFact>& facts, const std::shared_ptr<const OperatorBase>& target) {
  if (!target->has_signature()) return;
  // A loop calls the same composite again and again.
  const auto is_of_target = [&](const SignatureFact& fact) { return fact.target == target; };
  if (std::find_if(facts.rbegin(), facts.rend(), is_of_target) != facts.rend()) return;
  facts.push_back({target, signature_of(*target)});
}

bool signatures_hold(const std::vector<SignatureFact>& facts) {
  return std::all_of(facts.begin(), facts.end(),
                     [](const SignatureFact& fact) { return signature_of(*fact.target) == fact.signature; });
}

std::string signature_change(const OperatorSignature& before, const OperatorSignature& now) {
  const auto changed = [&](const char* kind, const std::string& old, const std::string& text) {
    return std::string("the ") + kind + " signature of '" + now.target->name() + "' is '" + text +
           "', before it was '" + old + "'";
  };
  if (before.structure != now.structure) return changed("structure", before.structure, now.structure);
  if (before.state != now.state) return changed("state", before.state, now.state);
  return {};
}

std::string signature_change(const std::vector<SignatureFact>& facts) {
  for (const SignatureFact& fact : facts) {
    if (std::string found = signature_change(fact.signature, signature_of(*fact.target)); !found.empty())
      return found;
  }
  return {};
}

}  // namespace ember::xcs
