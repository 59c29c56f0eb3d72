#include "simulate/chat_request.hpp"

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "simulate/request_error.hpp"
#include "simulate/token_pieces.hpp"

namespace ember::simulate {

namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& expectation) {
  throw RequestError(400, "'" + field + "': " + expectation, "invalid_request_error", "invalid_value", field);
}

const Value& require(const Value& mapping, std::string_view key, const std::string& field) {
  const Value* value = mapping.find(key);
  if (value == nullptr) {
    throw RequestError(400, "missing required field '" + field + "'", "invalid_request_error",
                       "missing_field", field);
  }
  return *value;
}

std::string found(const Value& value) {
  return std::string(to_string(value.kind()));
}

// The field `key`, or null when it is absent or JSON null: clients send null for options that are not set.
const Value* optional_field(const Value& mapping, std::string_view key) {
  const Value* value = mapping.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool optional_boolean(const Value& mapping, std::string_view key, const std::string& field) {
  const Value* value = optional_field(mapping, key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) refuse(field, "expected a bool, found " + found(*value));
  return value->boolean();
}

std::string text_of_parts(const Value& parts, const std::string& field) {
  std::string text;
  for (std::size_t index = 0; index < parts.items().size(); ++index) {
    const Value& part = parts.items()[index];
    const std::string part_field = field + "[" + std::to_string(index) + "]";
    const Value* type = part.find("type");
    if (type == nullptr || !type->is_string()) refuse(part_field, "expected a mapping with a 'type'");
    if (type->string() != "text")
      refuse(part_field, "expected a part of type 'text', found '" + type->string() + "'");
    const Value& content = require(part, "text", part_field + ".text");
    if (!content.is_string()) refuse(part_field + ".text", "expected a string, found " + found(content));
    text += content.string();
  }
  return text;
}

std::string text_of_message(const Value& message, const std::string& role, const std::string& field) {
  const Value* content = optional_field(message, "content");
  // Assistant messages that only call tools have no content.
  if (content == nullptr && role == "assistant") return {};
  if (content == nullptr) (void)require(message.without("content"), "content", field + ".content");
  if (content->is_string()) return content->string();
  if (content->is_list()) return text_of_parts(*content, field + ".content");
  refuse(field + ".content", "expected a string or a list of parts, found " + found(*content));
}

void read_messages(const Value& body, ChatRequest& request) {
  const Value& messages = require(body, "messages", "messages");
  if (!messages.is_list()) refuse("messages", "expected a list, found " + found(messages));
  bool has_user = false;
  for (std::size_t index = 0; index < messages.items().size(); ++index) {
    const Value& message = messages.items()[index];
    const std::string field = "messages[" + std::to_string(index) + "]";
    if (!message.is_mapping()) refuse(field, "expected a mapping, found " + found(message));
    const Value& role = require(message, "role", field + ".role");
    if (!role.is_string()) refuse(field + ".role", "expected a string, found " + found(role));
    std::string text = text_of_message(message, role.string(), field);
    request.prompt_tokens += count_tokens(text);
    if (role.string() != "user") continue;
    has_user = true;
    request.prompt = std::move(text);
  }
  if (!has_user) refuse("messages", "expected at least one message of role 'user'");
}

void read_limit(const Value& body, std::string_view key, ChatRequest& request) {
  const Value* limit = optional_field(body, key);
  if (limit == nullptr) return;
  if (!limit->is_integer() || limit->integer() < 1)
    refuse(std::string(key), "expected an integer of at least 1");
  request.max_tokens = static_cast<std::size_t>(limit->integer());
}

void read_sampling(const Value& body, ChatRequest& request) {
  read_limit(body, "max_tokens", request);
  read_limit(body, "max_completion_tokens", request);
  if (const Value* temperature = optional_field(body, "temperature")) {
    const bool is_numeric = temperature->is_number() || temperature->is_integer();
    if (!is_numeric || temperature->number() < 0 || temperature->number() > 2) {
      refuse("temperature", "expected a number from 0 to 2");
    }
  }
  if (const Value* choices = optional_field(body, "n"); choices != nullptr && *choices != Value(1)) {
    refuse("n", "this server gives one choice; expected 1");
  }
  if (const Value* seed = optional_field(body, "seed")) {
    if (!seed->is_integer()) refuse("seed", "expected an integer, found " + found(*seed));
    request.seed = seed->integer();
  }
}

}  // namespace

ChatRequest parse_chat_request(std::string_view body) {
  Value json;
  try {
    json = parse_json(body);
  } catch (const JsonError& error) {
    throw RequestError(400,
                       "the body is not valid JSON: line " + std::to_string(error.line()) + ", column " +
                           std::to_string(error.column()) + ": " + error.what(),
                       "invalid_request_error", "invalid_json");
  }
  if (!json.is_mapping()) {
    throw RequestError(400, "the body must be a JSON object, found " + found(json), "invalid_request_error",
                       "invalid_json");
  }
  ChatRequest request;
  const Value& model = require(json, "model", "model");
  if (!model.is_string() || model.string().empty())
    refuse("model", "expected a string with the name of a model");
  request.model = model.string();
  read_messages(json, request);
  request.is_stream = optional_boolean(json, "stream", "stream");
  if (const Value* options = optional_field(json, "stream_options")) {
    if (!options->is_mapping()) refuse("stream_options", "expected a mapping, found " + found(*options));
    request.include_usage = optional_boolean(*options, "include_usage", "stream_options.include_usage");
  }
  read_sampling(json, request);
  return request;
}

}  // namespace ember::simulate
