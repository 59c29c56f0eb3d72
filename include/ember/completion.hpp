// Messages that go to a model and the completion that comes back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/clock.hpp>
#include <ember/usage.hpp>

namespace ember {

enum class Role : std::uint8_t { system, user, assistant };

/// `system`, `user` or `assistant`.
std::string_view to_string(Role role) noexcept;

/// One message of a conversation.
struct Message {
  Role role = Role::user;
  std::string content{};

  friend bool operator==(const Message&, const Message&) = default;
};

/// What a model is asked: one text, or a conversation.
class Prompt {
 public:
  Prompt(std::string text)
      : messages_{{Role::user, std::move(text)}} {}             // NOLINT(google-explicit-constructor)
  Prompt(std::string_view text) : Prompt(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Prompt(const char* text) : Prompt(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  /// Throws InvalidPromptError when there is no message.
  Prompt(std::vector<Message> messages);  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::vector<Message>& messages() const& noexcept { return messages_; }
  [[nodiscard]] std::vector<Message>&& messages() && noexcept { return std::move(messages_); }

 private:
  std::vector<Message> messages_;
};

/// The answer of a model.
struct Completion {
  std::string text{};
  /// The full id of the model that answered, such as `openai:gpt-4o-mini`.
  std::string model_id{};
  UsageStats usage{};
  /// Why the model stopped: `stop`, `length`, ... as the provider says; empty when it does not say.
  std::string finish_reason{};
  /// The conversation with the answer at its end.
  std::vector<Message> messages{};
  /// Time of the attempt that succeeded.
  Duration latency{};
  /// How often the provider was asked, the successful time included.
  int attempts = 1;
};

/// The text of the answer.
inline const std::string& to_string(const Completion& completion) noexcept {
  return completion.text;
}

/// One piece of a streamed answer, in order.
struct CompletionPiece {
  std::string text{};
};

}  // namespace ember
