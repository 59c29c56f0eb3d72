#include "jit/input_structure.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <ember/native_type.hpp>

namespace ember::xcs {
namespace {

/// Deeper parts are the same structure to everybody: only the speed of a look-up depends on them.
constexpr int deepest = 16;

std::uint64_t mixed(std::uint64_t hash) noexcept {
  hash ^= hash >> 31U;
  hash *= 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 29U);
}

std::uint64_t hash_of_text(std::string_view text) noexcept {
  return std::hash<std::string_view>()(text);
}

std::uint64_t structure_hash_of(const Value& value, int depth) noexcept {
  std::uint64_t hash = mixed(static_cast<std::uint64_t>(value.kind()) + 1);
  if (depth >= deepest) return hash;
  if (value.is_mapping()) {
    // A sum: the order of fields is not structure.
    for (const auto& [name, field] : value.fields()) {
      hash += mixed(hash_of_text(name) ^ (structure_hash_of(field, depth + 1) << 1U));
    }
  } else if (value.is_native()) {
    hash += hash_of_text(value.native_type().name);
  }
  return hash;
}

Value structure_at(const Value& value, int depth) {
  if (value.is_native()) return value.native_type().name;
  if (!value.is_mapping() || depth >= deepest) return to_string(value.kind());
  std::vector<std::pair<std::string, Value>> fields;
  for (const auto& [name, field] : value.fields()) fields.emplace_back(name, structure_at(field, depth + 1));
  return Value::mapping(std::move(fields));
}

}  // namespace

std::optional<std::size_t> answer_of(const StructureFact& fact, const Value& input) noexcept {
  try {
    const Value part = fact.path.empty() ? input : value_at(input, fact.path);
    if (fact.question == StructureFact::Question::size) return part.size();
    return part.has(fact.field) ? 1 : 0;
  } catch (...) {
    return std::nullopt;
  }
}

std::uint64_t structure_hash(const Value& input) noexcept {
  return structure_hash_of(input, 0);
}

Value structure_of(const Value& input) {
  return structure_at(input, 0);
}

std::string structure_text(const Value& structure) {
  if (structure.is_string()) return structure.string();
  std::string text;
  for (const auto& [name, field] : structure.fields()) {
    text += (text.empty() ? "" : ", ") + name + ": " + structure_text(field);
  }
  return "{" + text + "}";
}

std::string structure_difference(const Value& before, const Value& now) {
  if (!before.is_mapping() || !now.is_mapping()) {
    if (before == now) return {};
    return "the input is " + structure_text(now) + ", before it was " + structure_text(before);
  }
  for (const auto& [name, field] : now.fields()) {
    const Value* old = before.find(name);
    if (!old) return "`" + name + "` is a new field";
    if (*old != field)
      return "`" + name + "`: " + structure_text(*old) + " before, " + structure_text(field) + " now";
  }
  for (const auto& [name, field] : before.fields()) {
    if (!now.find(name)) return "the field `" + name + "` is gone";
  }
  return {};
}

std::string place_of(const StructureFact& fact) {
  return fact.path.empty() ? std::string("input") : ember::to_string(fact.path);
}

}  // namespace ember::xcs
