#include "jit/trace_guard.hpp"

#include <algorithm>

#include <ember/json.hpp>

#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t longest_value = 60;

/// `value` in few letters, for people.
std::string shown(const Value& value) {
  std::string text;
  try {
    text = to_json(value);
  } catch (...) {  // Bytes that are no text.
    return std::string(to_string(value.kind()));
  }
  if (text.size() <= longest_value) return text;
  std::size_t end = longest_value;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

Value answer_of(TraceGuard::Question question, const std::string& field, const Value& part) {
  if (question == TraceGuard::Question::size) return part.size();
  if (question == TraceGuard::Question::field) return part.has(field);
  return part;
}

bool TraceGuard::holds(const Value& part) const {
  return is_exactly(answer_of(question, field, part), seen);
}

bool TraceGuard::holds_for_input(const Value& input) const {
  try {
    return holds(place.path.empty() ? input : value_at(input, place.path));
  } catch (...) {  // It is not there any more.
    return false;
  }
}

bool TraceGuard::asks_the_same(const TraceGuard& other) const {
  return question == other.question && field == other.field && place.form == other.place.form &&
         place.node == other.place.node && place.path == other.place.path;
}

std::string to_string(const TraceGuard& guard) {
  return guard.read.what + " was " + shown(guard.seen);
}

const std::shared_ptr<const TraceGuard>& GuardOperator::guard_of(const OperatorBase& check) {
  return static_cast<const GuardOperator&>(check).guard_;
}

Value GuardOperator::call(const Value& part) const {
  if (!guard_->holds(part)) throw GuardFailed();
  return {};
}

}  // namespace ember::xcs
