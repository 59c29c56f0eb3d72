// How a stored binding becomes a value. Only for those who say what a failed look-up throws.
#pragma once

#include <utility>

#include <ember/error.hpp>

#include "graph/binding_store.hpp"

namespace ember::xcs {

template <class Failed>
Value BindingStore::look_up(Value whole, Place place, const Failed& failed) const {
  const Path& path = paths_[terms_[place].detail];
  if (path.empty()) return whole;
  try {
    return value_at(whole, path);
  } catch (const ItemNotFoundError&) {
    failed(binding(place));
  } catch (const IncompatibleTypeError&) {
    failed(binding(place));
  }
  return {};
}

template <class Failed>
Value BindingStore::evaluate(Place place, const Value& run_inputs, const Value* outputs,
                             const Failed& failed) const {
  const Term& term = terms_[place];
  const auto part = [&](std::uint32_t number) {
    return evaluate(term.first + number, run_inputs, outputs, failed);
  };
  switch (term.form) {
    case Binding::Form::literal:
      return literals_[term.first];
    case Binding::Form::node:
      return look_up(outputs[term.first], place, failed);
    case Binding::Form::graph_input:
      return look_up(run_inputs, place, failed);
    case Binding::Form::list: {
      std::vector<Value> items;
      items.reserve(term.count);
      for (std::uint32_t i = 0; i < term.count; ++i) items.push_back(part(i));
      return Value::list(std::move(items));
    }
    case Binding::Form::object: {
      const std::vector<std::string>& names = names_[term.detail];
      std::vector<std::pair<std::string, Value>> fields;
      fields.reserve(term.count);
      for (std::uint32_t i = 0; i < term.count; ++i) fields.emplace_back(names[i], part(i));
      return Value::mapping(std::move(fields));
    }
    case Binding::Form::merge: {
      // One after the other: when both fail, the left error comes first on every compiler.
      const Value left = part(0);
      return merge(left, part(1));
    }
    case Binding::Form::projection:
      return look_up(part(0), place, failed);
  }
  return {};
}

}  // namespace ember::xcs
