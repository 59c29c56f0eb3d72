// The binding that a Var stands for: how its value is put together, whoever records it.
#pragma once

#include <functional>

#include <ember/binding.hpp>
#include <ember/var.hpp>

namespace ember::xcs {

/// What the recorders of Vars differ in.
struct VarBindings {
  /// The binding of an expression of the form `source`.
  std::function<Binding(const VarData::Expression& source)> of_source;
  /// That of plain data.
  std::function<Binding(const Value& value)> of_literal = &Binding::of_literal;
};

/// The binding of `data`; what the functions throw passes through.
Binding var_binding(const VarData& data, const VarBindings& bindings);

}  // namespace ember::xcs
