#include "graph/binding_store.hpp"

#include <functional>
#include <utility>

#include "graph/binding_equality.hpp"
#include "graph/binding_evaluation.hpp"

namespace ember::xcs {
Binding BindingStore::binding(Place place) const {
  const Term& term = terms_[place];
  Binding made;
  made.form = term.form;
  const bool has_path = term.form == Binding::Form::node || term.form == Binding::Form::graph_input ||
                        term.form == Binding::Form::projection;
  if (has_path) made.path = paths_[term.detail];
  if (term.form == Binding::Form::literal) made.literal = literals_[term.first];
  if (term.form == Binding::Form::node) made.node = term.first;
  for (std::uint32_t part = 0; part < term.count; ++part) {
    const bool is_named = term.form == Binding::Form::object;
    made.parts.emplace_back(is_named ? names_[term.detail][part] : std::string(), binding(term.first + part));
  }
  return made;
}

Value BindingStore::evaluate(Place place, const Value& run_inputs, const Value* outputs) const {
  return evaluate(place, run_inputs, outputs, [](const Binding&) { throw; });
}

Value evaluate(const Binding& binding, const Value& run_inputs, const Value* outputs) {
  BindingStore store;
  const BindingStore::Place place = BindingWriter(store).add(binding);
  return store.evaluate(place, run_inputs, outputs);
}

BindingStore::Place BindingWriter::add(const Binding& binding, const std::uint32_t* numbers) {
  const auto place = static_cast<BindingStore::Place>(store_.terms_.size());
  store_.terms_.emplace_back();
  write(place, binding, numbers);
  return place;
}

void BindingWriter::write(BindingStore::Place place, const Binding& binding, const std::uint32_t* numbers) {
  BindingStore::Term term;
  term.form = binding.form;
  switch (binding.form) {
    case Binding::Form::literal:
      term.first = static_cast<std::uint32_t>(store_.literals_.size());
      store_.literals_.push_back(binding.literal);
      break;
    case Binding::Form::node:
      term.first = numbers ? numbers[binding.node] : static_cast<std::uint32_t>(binding.node);
      break;
    case Binding::Form::object:
      term.detail = names(binding);
      break;
    default:
      break;
  }
  if (binding.form != Binding::Form::object && !binding.path.empty()) term.detail = path(binding.path);
  if (!binding.parts.empty()) {
    // Side by side, so that the first and their number say where they are.
    term.first = static_cast<std::uint32_t>(store_.terms_.size());
    term.count = static_cast<std::uint32_t>(binding.parts.size());
    store_.terms_.resize(store_.terms_.size() + term.count);
    for (std::uint32_t part = 0; part < term.count; ++part)
      write(term.first + part, binding.parts[part].second, numbers);
  }
  store_.terms_[place] = term;
}

std::uint32_t BindingWriter::path(const Path& path) {
  const auto [known, is_new] = paths_.try_emplace(path, static_cast<std::uint32_t>(store_.paths_.size()));
  if (is_new) store_.paths_.push_back(path);
  return known->second;
}

std::uint32_t BindingWriter::names(const Binding& object) {
  std::vector<std::string> names;
  names.reserve(object.parts.size());
  for (const auto& [name, part] : object.parts) names.push_back(name);
  const auto [known, is_new] = names_.try_emplace(names, static_cast<std::uint32_t>(store_.names_.size()));
  if (is_new) store_.names_.push_back(std::move(names));
  return known->second;
}

void BindingWriter::finish() {
  store_.terms_.shrink_to_fit();
  store_.literals_.shrink_to_fit();
  store_.paths_.shrink_to_fit();
  store_.names_.shrink_to_fit();
}

std::size_t BindingWriter::PathHash::operator()(const Path& path) const noexcept {
  return hash_of(path, path.size());
}

std::size_t BindingWriter::NamesHash::operator()(const std::vector<std::string>& names) const noexcept {
  std::size_t hash = names.size();
  for (const std::string& name : names)
    hash = (hash ^ std::hash<std::string>()(name)) * 0x9E3779B97F4A7C15U + (hash >> 29U);
  return hash;
}

}  // namespace ember::xcs
