#include <ember/provider.hpp>

#include <utility>

#include <ember/error.hpp>

namespace ember {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::system:
      return "system";
    case Role::assistant:
      return "assistant";
    case Role::user:
      break;
  }
  return "user";
}

Prompt::Prompt(std::vector<Message> messages) : messages_(std::move(messages)) {
  if (messages_.empty()) throw InvalidPromptError("a prompt needs at least one message");
}

std::string_view last_user_message(const std::vector<Message>& messages) noexcept {
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (message->role == Role::user) return message->content;
  }
  return {};
}

std::vector<std::string> Provider::list_models(const Context&) {
  return {};
}

namespace {

class FunctionProvider final : public Provider {
 public:
  FunctionProvider(std::string name, std::function<Completion(const ModelRequest&)> answer)
      : name_(std::move(name)), answer_(std::move(answer)) {}

  [[nodiscard]] std::string name() const override { return name_; }

  void complete_async(ModelRequest request, const Context& context, PieceHandler on_piece,
                      CompletionHandler done) override {
    const ContextScope scope(context);
    Completion completion = answer_(request);
    if (on_piece && !completion.text.empty()) on_piece({completion.text});
    done(std::move(completion));
  }

 private:
  std::string name_;
  std::function<Completion(const ModelRequest&)> answer_;
};

}  // namespace

std::shared_ptr<Provider> make_provider(std::string name,
                                        std::function<Completion(const ModelRequest&)> answer) {
  if (!answer) throw InvalidArgumentError("provider '" + name + "' needs a function that answers");
  return std::make_shared<FunctionProvider>(std::move(name), std::move(answer));
}

}  // namespace ember
