// Anthropic's messages: the system text stands outside the messages, and a limit of tokens is required.
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

void read_count(const Value& usage, const char* field, std::int64_t& count) {
  const Value* const value = usage.find(field);
  if (value && value->is_integer()) count = value->integer();
}

void read_message_usage(const Value& body, UsageStats& stats) {
  const Value* const usage = body.find("usage");
  if (!usage || !usage->is_mapping()) return;
  read_count(*usage, "input_tokens", stats.prompt_tokens);
  read_count(*usage, "output_tokens", stats.completion_tokens);
  stats.total_tokens = stats.prompt_tokens + stats.completion_tokens;
}

std::string text_at(const Value& object, const char* field) {
  const Value* const text = object.find(field);
  return text && text->is_string() ? text->string() : std::string();
}

void refuse_error_event(const std::string& model_id, const Value& body) {
  if (text_at(body, "type") != "error") return;
  const Value* const error = body.find("error");
  model::throw_reported_error(model_id, error ? *error : Value());
}

class AnthropicReader final : public model::StreamReader {
 public:
  explicit AnthropicReader(std::string model_id) : model_id_(std::move(model_id)) {}

  std::string take(const net::SseEvent& event) override {
    const Value data = model::parse_response(model_id_, event.data);
    refuse_error_event(model_id_, data);
    const std::string type = text_at(data, "type");
    if (type == "message_start") {
      if (const Value* const message = data.find("message")) read_message_usage(*message, completion_.usage);
    } else if (type == "message_stop") {
      is_complete_ = true;
    } else if (type == "message_delta") {
      read_message_usage(data, completion_.usage);
      if (const Value* const delta = data.find("delta"))
        completion_.finish_reason = text_at(*delta, "stop_reason");
    } else if (type == "content_block_delta") {
      return take_delta(data);
    }
    return {};
  }

  [[nodiscard]] bool is_complete() const noexcept override { return is_complete_; }
  Completion finish() override { return std::move(completion_); }

 private:
  std::string take_delta(const Value& data) {
    const Value* const delta = data.find("delta");
    if (!delta || !delta->is_mapping()) refuse_response(model_id_, "expected a mapping 'delta' in the event");
    if (text_at(*delta, "type") != "text_delta") return {};
    std::string text = text_at(*delta, "text");
    completion_.text += text;
    return text;
  }

  std::string model_id_;
  Completion completion_;
  bool is_complete_ = false;
};

class AnthropicProtocol final : public model::ChatProtocol {
 public:
  explicit AnthropicProtocol(const AnthropicOptions& options)
      : defaults_{options.name, options.base_url, "ANTHROPIC_BASE_URL", "https://api.anthropic.com",
                  options.api_key_env},
        default_max_tokens_(options.default_max_tokens) {}

  [[nodiscard]] const std::string& name() const noexcept override { return defaults_.provider; }
  [[nodiscard]] bool has_credentials() const override { return model::has_endpoint(defaults_); }

  [[nodiscard]] net::HttpRequest chat_request(const ModelRequest& request, bool is_streamed) const override {
    net::HttpRequest http = request_to("POST", "/v1/messages", request.parameters);
    model::check_messages(request.model_id, request.messages);
    http.headers.emplace_back("Content-Type", "application/json");
    http.headers.emplace_back("Accept", is_streamed ? "text/event-stream" : "application/json");
    http.body = to_json(body_of(request, is_streamed));
    return http;
  }

  [[nodiscard]] net::HttpRequest list_request() const override { return request_to("GET", "/v1/models", {}); }

  [[nodiscard]] Completion read_completion(const std::string& model_id, const Value& body) const override {
    refuse_error_event(model_id, body);
    const Value* const content = body.find("content");
    if (!content || !content->is_list())
      refuse_response(model_id, "expected a list 'content' in the response");
    Completion completion;
    for (const Value& block : content->items()) {
      if (text_at(block, "type") != "text") continue;
      const Value* const text = block.find("text");
      if (!text || !text->is_string())
        refuse_response(model_id, "expected a string 'text' in a block of 'content'");
      completion.text += text->string();
    }
    completion.finish_reason = text_at(body, "stop_reason");
    read_message_usage(body, completion.usage);
    return completion;
  }

  [[nodiscard]] std::unique_ptr<model::StreamReader> make_reader(const std::string& model_id) const override {
    return std::make_unique<AnthropicReader>(model_id);
  }

 private:
  [[nodiscard]] net::HttpRequest request_to(const char* method, const char* path,
                                            const ModelParameters& parameters) const {
    const model::Endpoint endpoint = model::find_endpoint(defaults_, parameters);
    net::HttpRequest http;
    http.method = method;
    http.url = endpoint.base_url + path;
    http.headers.emplace_back("anthropic-version", "2023-06-01");
    if (!endpoint.key.empty()) http.headers.emplace_back("x-api-key", endpoint.key);
    return http;
  }

  [[nodiscard]] Value body_of(const ModelRequest& request, bool is_streamed) const {
    const ModelParameters& parameters = request.parameters;
    if (parameters.seed) throw InvalidArgumentError("seed is not a parameter of provider '" + name() + "'");
    std::string system;
    std::vector<Value> messages;
    for (const Message& message : request.messages) {
      if (message.role == Role::system) {
        system += (system.empty() ? "" : "\n\n") + message.content;
      } else {
        messages.push_back({{"role", to_string(message.role)}, {"content", message.content}});
      }
    }
    std::vector<std::pair<std::string, Value>> fields;
    fields.emplace_back("model", request.model);
    fields.emplace_back("max_tokens", parameters.max_tokens.value_or(default_max_tokens_));
    fields.emplace_back("messages", Value::list(std::move(messages)));
    if (!system.empty()) fields.emplace_back("system", std::move(system));
    if (parameters.temperature) fields.emplace_back("temperature", *parameters.temperature);
    if (parameters.top_p) fields.emplace_back("top_p", *parameters.top_p);
    if (parameters.stop) fields.emplace_back("stop_sequences", list(*parameters.stop));
    if (is_streamed) fields.emplace_back("stream", true);
    return model::with_provider_fields(Value::mapping(std::move(fields)), parameters.provider);
  }

  model::EndpointDefaults defaults_;
  std::int64_t default_max_tokens_;
};

}  // namespace

std::shared_ptr<Provider> make_anthropic_provider(AnthropicOptions options) {
  if (options.default_max_tokens < 1) throw InvalidArgumentError("default_max_tokens must be at least 1");
  return model::make_http_provider(std::make_unique<AnthropicProtocol>(options));
}

}  // namespace ember
