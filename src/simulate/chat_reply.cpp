#include "simulate/chat_reply.hpp"

#include <utility>

#include <ember/json.hpp>

#include "simulate/token_pieces.hpp"

namespace ember::simulate {

namespace {

Value usage_of(const Completion& completion) {
  return {{"prompt_tokens", completion.prompt_tokens},
          {"completion_tokens", completion.completion_tokens},
          {"total_tokens", completion.prompt_tokens + completion.completion_tokens}};
}

class CompletionStream final : public ReplyBody {
 public:
  CompletionStream(Completion completion, bool include_usage, Duration latency)
      : completion_(std::move(completion)),
        include_usage_(include_usage),
        latency_(latency),
        head_("data: {\"id\":" + to_json(Value(completion_.id)) +
              ",\"object\":\"chat.completion.chunk\",\"created\":" + std::to_string(completion_.created) +
              ",\"model\":" + to_json(Value(completion_.model)) + ",\"choices\":[") {}

  std::optional<Piece> next() override {
    const std::size_t last = completion_.completion_tokens + 1;
    if (index_ > last) return std::nullopt;
    Piece piece;
    piece.at = latency_ * static_cast<std::int64_t>(index_ + 1) / static_cast<std::int64_t>(last + 1);
    if (index_ == 0) {
      piece.bytes = chunk(R"({"role":"assistant","content":""})", "null");
    } else if (index_ < last) {
      const std::size_t end = token_end(completion_.text, sent_);
      const std::string_view token = std::string_view(completion_.text).substr(sent_, end - sent_);
      sent_ = end;
      piece.bytes = chunk("{\"content\":" + to_json(Value(token)) + "}", "null");
    } else {
      piece.bytes = chunk("{}", "\"" + completion_.finish_reason + "\"");
      if (include_usage_) piece.bytes += head_ + "],\"usage\":" + to_json(usage_of(completion_)) + "}\n\n";
      piece.bytes += "data: [DONE]\n\n";
    }
    ++index_;
    return piece;
  }

 private:
  [[nodiscard]] std::string chunk(const std::string& delta, const std::string& finish_reason) const {
    return head_ + "{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish_reason + "}]" +
           (include_usage_ ? ",\"usage\":null}\n\n" : "}\n\n");
  }

  Completion completion_;
  bool include_usage_;
  Duration latency_;
  std::string head_;
  std::size_t index_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace

std::string completion_json(const Completion& completion) {
  const Value message = {{"role", "assistant"}, {"content", completion.text}};
  const Value choice = {{"index", 0}, {"message", message}, {"finish_reason", completion.finish_reason}};
  return to_json({{"id", completion.id},
                  {"object", "chat.completion"},
                  {"created", completion.created},
                  {"model", completion.model},
                  {"choices", list({choice})},
                  {"usage", usage_of(completion)}});
}

std::unique_ptr<ReplyBody> completion_stream(Completion completion, bool include_usage, Duration latency) {
  return std::make_unique<CompletionStream>(std::move(completion), include_usage, latency);
}

std::string error_json(const RequestError& error) {
  const Value param = error.param.empty() ? Value() : Value(error.param);
  return to_json(
      {{"error",
        Value{{"message", error.what()}, {"type", error.type}, {"param", param}, {"code", error.code}}}});
}

}  // namespace ember::simulate
