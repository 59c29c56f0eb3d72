#include "jit/composition.hpp"

#include <unordered_set>

namespace ember::xcs {
namespace {

class CompositionWalk {
 public:
  explicit CompositionWalk(bool is_recursive) : is_recursive_(is_recursive) {}

  Composition composition;

  void visit(const OperatorBase& op) {
    if (!seen_.insert(&op).second) return;
    if (op.has_signature()) composition.signing.push_back(&op);
    if (!op.is_composite()) return;
    if (op.children().empty()) composition.leaves.reset();
    for (const Child& child : op.children()) {
      const bool is_inside = child.target->is_composite() && is_recursive_;
      if (is_inside) {
        visit(*child.target);
      } else if (composition.leaves) {
        ++*composition.leaves;
      }
    }
  }

 private:
  const bool is_recursive_;
  std::unordered_set<const OperatorBase*> seen_;
};

}  // namespace

Composition composition_of(const OperatorBase& root, bool is_recursive) {
  CompositionWalk walk(is_recursive);
  walk.visit(root);
  return std::move(walk.composition);
}

}  // namespace ember::xcs
