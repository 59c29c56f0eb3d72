// Answers that are read into structs: what is asked for, and how the JSON is found in the answer.
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/model.hpp>

#include "base/ascii.hpp"

namespace ember::internal {
namespace {

/// The content of the first code fence that holds an object, or the text from its first to its last brace.
std::string_view json_part(std::string_view text) noexcept {
  text = trimmed(text);
  const auto fence = text.find("```");
  if (fence != std::string_view::npos) {
    const auto start = text.find('\n', fence);
    const auto end = start == std::string_view::npos ? start : text.find("```", start);
    if (end != std::string_view::npos) return trimmed(text.substr(start, end - start));
  }
  const auto open = text.find('{');
  const auto close = text.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return text;
  return text.substr(open, close - open + 1);
}

}  // namespace

Prompt ask_for_json(const Prompt& prompt, const std::vector<std::string>& fields) {
  std::string names;
  for (const std::string& field : fields) names += (names.empty() ? "" : ", ") + field;
  // A message of its own: the user's text stays as it was written.
  std::vector<Message> messages = {
      {Role::system, "Answer with one JSON object and nothing else. Its fields are " + names + "."}};
  messages.insert(messages.end(), prompt.messages().begin(), prompt.messages().end());
  return messages;
}

Value parse_answer(const Completion& completion) {
  try {
    return parse_json(json_part(completion.text));
  } catch (const JsonError& error) {
    refuse_answer(completion, "no JSON at line " + std::to_string(error.line()) + ", column " +
                                  std::to_string(error.column()));
  }
}

void refuse_answer(const Completion& completion, const std::string& reason) {
  throw ProviderAPIError("Model '" + completion.model_id +
                         "': the answer is not the JSON object that was asked for: " + reason);
}

}  // namespace ember::internal
