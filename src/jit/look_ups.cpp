#include "jit/look_ups.hpp"

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include "graph/binding_equality.hpp"

namespace ember::xcs {
namespace {

using Form = Binding::Form;

/// A look-up in the input or in the answer of a call: the first steps of the path of `binding`.
struct PartLookUp {
  const Binding* binding;
  std::size_t length;
};

struct PartLookUpHash {
  std::size_t operator()(const PartLookUp& part) const noexcept {
    const std::size_t source = part.binding->form == Form::node ? part.binding->node + 1 : 0;
    return hash_of(part.binding->path, part.length) ^ (source * 0x9E3779B97F4A7C15U);
  }
};

struct PartLookUpEqual {
  bool operator()(const PartLookUp& left, const PartLookUp& right) const noexcept {
    const Binding& one = *left.binding;
    const Binding& other = *right.binding;
    if (one.form != other.form || one.node != other.node || left.length != right.length) return false;
    const auto end = one.path.begin() + static_cast<std::ptrdiff_t>(left.length);
    return std::equal(one.path.begin(), end, other.path.begin());
  }
};

struct BindingHash {
  std::size_t operator()(const Binding* binding) const { return hash_of(*binding); }
};
struct BindingEqual {
  bool operator()(const Binding* left, const Binding* right) const { return is_identical(*left, *right); }
};

bool is_part(const Binding& binding) {
  return binding.form == Form::node || binding.form == Form::graph_input;
}

class LookUps {
 public:
  /// Lifetime of `look_ups`: that of this object.
  explicit LookUps(const std::vector<Binding>& look_ups) : look_ups_(look_ups), is_used_(look_ups.size()) {
    for (std::size_t index = 0; index < look_ups.size(); ++index) {
      const Binding& look_up = look_ups[index];
      const bool is_new = is_part(look_up) ? parts_.try_emplace({&look_up, look_up.path.size()}, index).second
                                           : others_.try_emplace(&look_up, index).second;
      is_used_[index] = !is_new;
    }
    for (const Binding& look_up : look_ups) use_inside(look_up);
  }

  /// Notes what evaluating `binding` looks up.
  void use(const Binding& binding) {
    if (is_part(binding)) {
      use_part(binding, binding.path.size());
    } else if (binding.form == Form::merge || binding.form == Form::projection) {
      if (const auto found = others_.find(&binding); found != others_.end()) is_used_[found->second] = true;
    }
    for (const auto& [name, part] : binding.parts) use(part);
  }

  [[nodiscard]] std::vector<Binding> unused() const {
    std::vector<Binding> unused;
    for (std::size_t index = 0; index < look_ups_.size(); ++index) {
      if (!is_used_[index]) unused.push_back(look_ups_[index]);
    }
    return unused;
  }

 private:
  void use_part(const Binding& binding, std::size_t length) {
    for (; length > 0; --length) {
      const auto found = parts_.find({&binding, length});
      if (found != parts_.end()) is_used_[found->second] = true;
    }
  }

  /// A look-up makes those inside it, whoever makes it.
  void use_inside(const Binding& look_up) {
    if (is_part(look_up) && !look_up.path.empty()) use_part(look_up, look_up.path.size() - 1);
    for (const auto& [name, part] : look_up.parts) use(part);
  }

  const std::vector<Binding>& look_ups_;
  std::vector<bool> is_used_;
  std::unordered_map<PartLookUp, std::size_t, PartLookUpHash, PartLookUpEqual> parts_;
  std::unordered_map<const Binding*, std::size_t, BindingHash, BindingEqual> others_;
};

}  // namespace

std::vector<Binding> unused_look_ups(const CompositeProgram& program) {
  if (program.look_ups.empty()) return {};
  LookUps look_ups(program.look_ups);
  for (const RecordedStep& step : program.steps) {
    if (!step.is_removed()) look_ups.use(step.binding);
  }
  look_ups.use(program.answer);
  return look_ups.unused();
}

}  // namespace ember::xcs
