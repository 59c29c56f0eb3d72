#include "model/in_process_answer.hpp"

#include <utility>

namespace ember::model {

std::int64_t count_tokens(std::string_view text) noexcept {
  return static_cast<std::int64_t>((text.size() + 3) / 4);
}

Completion answer_with(const ModelRequest& request, std::string text) {
  Completion completion;
  for (const Message& message : request.messages)
    completion.usage.prompt_tokens += count_tokens(message.content);
  completion.usage.completion_tokens = count_tokens(text);
  completion.usage.total_tokens = completion.usage.prompt_tokens + completion.usage.completion_tokens;
  completion.text = std::move(text);
  completion.finish_reason = "stop";
  return completion;
}

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const std::size_t length = space == std::string_view::npos ? text.size() : space + 1;
    pieces.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

}  // namespace ember::model
