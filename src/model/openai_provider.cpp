// OpenAI's chat completions. Servers that speak the same differ in what they leave out, so only the answer's
// text is insisted on.
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/providers.hpp>

#include "model/chat_protocol.hpp"
#include "model/endpoint.hpp"
#include "model/response_error.hpp"

namespace ember {
namespace {

using model::refuse_response;

std::int64_t count_at(const Value& usage, const char* field) {
  const Value* const count = usage.find(field);
  return count && count->is_integer() ? count->integer() : 0;
}

void read_usage(const Value& body, UsageStats& stats) {
  const Value* const usage = body.find("usage");
  if (!usage || !usage->is_mapping()) return;
  stats.prompt_tokens = count_at(*usage, "prompt_tokens");
  stats.completion_tokens = count_at(*usage, "completion_tokens");
  stats.total_tokens = count_at(*usage, "total_tokens");
}

/// The first choice, or null when the list is empty.
const Value* first_choice(const std::string& model_id, const Value& body) {
  const Value* const choices = body.find("choices");
  if (!choices || !choices->is_list()) refuse_response(model_id, "expected a list 'choices' in the response");
  if (choices->items().empty()) return nullptr;
  const Value& choice = choices->items().front();
  if (!choice.is_mapping()) refuse_response(model_id, "expected a mapping as the first of 'choices'");
  return &choice;
}

/// The text of a message or delta; null means none.
std::string content_of(const std::string& model_id, const Value& message) {
  const Value* const content = message.find("content");
  if (!content || content->is_null()) {
    const Value* const refusal = message.find("refusal");
    return refusal && refusal->is_string() ? refusal->string() : std::string();
  }
  if (!content->is_string()) {
    refuse_response(model_id,
                    "expected a string 'content', found " + std::string(to_string(content->kind())));
  }
  return content->string();
}

std::string finish_reason_of(const Value& choice) {
  const Value* const reason = choice.find("finish_reason");
  return reason && reason->is_string() ? reason->string() : std::string();
}

void refuse_reported(const std::string& model_id, const Value& body) {
  const Value* const error = body.find("error");
  if (error && !error->is_null()) model::throw_reported_error(model_id, *error);
}

class OpenAIReader final : public model::StreamReader {
 public:
  explicit OpenAIReader(std::string model_id) : model_id_(std::move(model_id)) {}

  std::string take(const net::SseEvent& event) override {
    if (event.data == "[DONE]") {
      is_done_ = true;
      return {};
    }
    const Value chunk = model::parse_response(model_id_, event.data);
    refuse_reported(model_id_, chunk);
    read_usage(chunk, completion_.usage);
    const Value* const choice = first_choice(model_id_, chunk);
    if (!choice) return {};
    if (auto reason = finish_reason_of(*choice); !reason.empty())
      completion_.finish_reason = std::move(reason);
    const Value* const delta = choice->find("delta");
    if (!delta || !delta->is_mapping()) return {};
    std::string text = content_of(model_id_, *delta);
    completion_.text += text;
    return text;
  }

  [[nodiscard]] bool is_complete() const noexcept override {
    return is_done_ || !completion_.finish_reason.empty();
  }
  Completion finish() override { return std::move(completion_); }

 private:
  std::string model_id_;
  Completion completion_;
  bool is_done_ = false;
};

/// Newer models refuse the old name of the limit; compatible servers know only the old one.
const char* max_tokens_field(std::string_view name) noexcept {
  const bool is_new =
      name.starts_with("o1") || name.starts_with("o3") || name.starts_with("o4") || name.starts_with("gpt-5");
  return is_new ? "max_completion_tokens" : "max_tokens";
}

Value messages_of(const std::vector<Message>& messages) {
  std::vector<Value> list;
  list.reserve(messages.size());
  for (const Message& message : messages) {
    list.push_back({{"role", to_string(message.role)}, {"content", message.content}});
  }
  return Value::list(std::move(list));
}

Value body_of(const ModelRequest& request, bool is_streamed) {
  const ModelParameters& parameters = request.parameters;
  std::vector<std::pair<std::string, Value>> fields;
  fields.emplace_back("model", request.model);
  fields.emplace_back("messages", messages_of(request.messages));
  if (parameters.temperature) fields.emplace_back("temperature", *parameters.temperature);
  if (parameters.max_tokens) fields.emplace_back(max_tokens_field(request.model), *parameters.max_tokens);
  if (parameters.top_p) fields.emplace_back("top_p", *parameters.top_p);
  if (parameters.stop) fields.emplace_back("stop", list(*parameters.stop));
  if (parameters.seed) fields.emplace_back("seed", *parameters.seed);
  if (is_streamed) {
    fields.emplace_back("stream", true);
    fields.emplace_back("stream_options", Value{{"include_usage", true}});
  }
  return model::with_provider_fields(Value::mapping(std::move(fields)), parameters.provider);
}

class OpenAIProtocol final : public model::ChatProtocol {
 public:
  explicit OpenAIProtocol(const OpenAIOptions& options)
      : defaults_{options.name, options.base_url, "OPENAI_BASE_URL", "https://api.openai.com/v1",
                  options.api_key_env} {}

  [[nodiscard]] const std::string& name() const noexcept override { return defaults_.provider; }
  [[nodiscard]] bool has_credentials() const override { return model::has_endpoint(defaults_); }

  [[nodiscard]] net::HttpRequest chat_request(const ModelRequest& request, bool is_streamed) const override {
    net::HttpRequest http = request_to("POST", "/chat/completions", request.parameters);
    model::check_messages(request.model_id, request.messages);
    http.headers.emplace_back("Content-Type", "application/json");
    http.headers.emplace_back("Accept", is_streamed ? "text/event-stream" : "application/json");
    http.body = to_json(body_of(request, is_streamed));
    return http;
  }

  [[nodiscard]] net::HttpRequest list_request() const override { return request_to("GET", "/models", {}); }

  [[nodiscard]] Completion read_completion(const std::string& model_id, const Value& body) const override {
    refuse_reported(model_id, body);
    const Value* const choice = first_choice(model_id, body);
    if (!choice) refuse_response(model_id, "expected at least one of 'choices', found none");
    const Value* const message = choice->find("message");
    if (!message || !message->is_mapping()) {
      refuse_response(model_id, "expected a mapping 'message' in the first of 'choices'");
    }
    Completion completion;
    completion.text = content_of(model_id, *message);
    completion.finish_reason = finish_reason_of(*choice);
    read_usage(body, completion.usage);
    return completion;
  }

  [[nodiscard]] std::unique_ptr<model::StreamReader> make_reader(const std::string& model_id) const override {
    return std::make_unique<OpenAIReader>(model_id);
  }

 private:
  [[nodiscard]] net::HttpRequest request_to(const char* method, const char* path,
                                            const ModelParameters& parameters) const {
    const model::Endpoint endpoint = model::find_endpoint(defaults_, parameters);
    net::HttpRequest http;
    http.method = method;
    http.url = endpoint.base_url + path;
    if (!endpoint.key.empty()) http.headers.emplace_back("Authorization", "Bearer " + endpoint.key);
    return http;
  }

  model::EndpointDefaults defaults_;
};

}  // namespace

std::shared_ptr<Provider> make_openai_provider(OpenAIOptions options) {
  return model::make_http_provider(std::make_unique<OpenAIProtocol>(options));
}

}  // namespace ember
