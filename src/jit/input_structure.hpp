// The structure of an input: what plans are looked up by, and what `forward` asked about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <ember/value.hpp>
#include <ember/var.hpp>

namespace ember::xcs {

/// A question of `forward` about its input, and the answer it got. A plan holds for every input that gives
/// the same answers: `forward` would have taken the same way.
struct StructureFact {
  enum class Question { size, field };
  Question question = Question::size;
  Path path = {};
  /// For `field`: which.
  std::string field = {};
  std::size_t answer = 0;

  friend bool operator==(const StructureFact&, const StructureFact&) = default;
};

/// The answer that `input` gives to the question of `fact`; nothing when the place does not exist.
std::optional<std::size_t> answer_of(const StructureFact& fact, const Value& input) noexcept;

/// Stands for kinds and field names, not for values and not for the lengths of lists.
std::uint64_t structure_hash(const Value& input) noexcept;
/// The same as data, for messages: a mapping of structures, or the name of a kind. Holds nothing of the
/// input.
Value structure_of(const Value& input);
/// `{docs: list, text: string}` for what `structure_of` gave.
std::string structure_text(const Value& structure);
/// How two structures differ: "`k` is a new field". Empty when they do not.
std::string structure_difference(const Value& before, const Value& now);
/// The place of a fact for people: `docs`, `input`.
std::string place_of(const StructureFact& fact);

}  // namespace ember::xcs
