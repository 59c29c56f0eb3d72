// A chat completion request, read and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ember::simulate {

struct ChatRequest {
  std::string model{};
  /// The text of the last user message.
  std::string prompt{};
  /// Of all messages.
  std::size_t prompt_tokens = 0;
  bool is_stream = false;
  bool include_usage = false;
  std::optional<std::size_t> max_tokens{};
  std::int64_t seed = 0;
};

/// Throws RequestError (request_error.hpp) with status 400 for anything that is not a chat request, naming
/// the field.
ChatRequest parse_chat_request(std::string_view body);

}  // namespace ember::simulate
