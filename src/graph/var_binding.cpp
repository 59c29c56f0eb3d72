#include "graph/var_binding.hpp"

namespace ember::xcs {
namespace {

Binding::Form form_of(VarData::Expression::Form form) {
  switch (form) {
    case VarData::Expression::Form::list:
      return Binding::Form::list;
    case VarData::Expression::Form::object:
      return Binding::Form::object;
    case VarData::Expression::Form::merge:
      return Binding::Form::merge;
    default:
      return Binding::Form::projection;
  }
}

}  // namespace

Binding var_binding(const VarData& data, const VarBindings& bindings) {
  const VarData::Expression* expression = data.expression();
  if (expression == nullptr) return bindings.of_literal(data.get());
  if (expression->form == VarData::Expression::Form::source) return bindings.of_source(*expression);
  Binding binding;
  binding.form = form_of(expression->form);
  binding.path = expression->path;
  binding.parts.reserve(expression->parts.size());
  for (const auto& [name, part] : expression->parts) {
    binding.parts.emplace_back(name, var_binding(part, bindings));
  }
  return binding;
}

}  // namespace ember::xcs
