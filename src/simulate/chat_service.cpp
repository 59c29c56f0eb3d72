#include "simulate/chat_service.hpp"

#include <chrono>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "simulate/random_stream.hpp"
#include "simulate/synthetic_answer.hpp"
#include "simulate/token_pieces.hpp"

namespace ember::simulate {

namespace {

constexpr std::string_view chat_path = "/v1/chat/completions";
constexpr std::string_view models_path = "/v1/models";
constexpr std::string_view stats_path = "/stats";
// Offered by GET /v1/models when every name is answered, for clients that take the first model of the list.
constexpr std::string_view any_model = "simulated";

std::int64_t seconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string hexadecimal(std::uint64_t number) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t at = text.size(); at-- > 0; number >>= 4U) text[at] = digits[number & 15U];
  return text;
}

// The start of a prompt as quoted in a message.
std::string excerpt(std::string_view prompt) {
  const std::string_view start = first_tokens(prompt, 16);
  return "'" + std::string(start) + (start.size() < prompt.size() ? "...'" : "'");
}

Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.content_length = body.size();
  reply.body = whole_body(Duration(0), std::move(body));
  return reply;
}

}  // namespace

/// One arrival of a prompt and the chance it meets.
struct ChatService::Attempt {
  std::uint64_t prompt_hash;
  std::uint32_t number;
  Failure failure;
  Duration latency;
};

ChatService::ChatService(ServiceOptions options)
    : options_(std::move(options)), started_(seconds_since_1970()) {
  if (options_.recordings) {
    for (const std::string& name : options_.recordings->models()) add_model(name, {.is_recorded = true});
  }
  for (const ModelProfile& profile : options_.models) {
    if (options_.recordings && options_.recordings->has_model(profile.name)) {
      models_[profile.name].latency = profile.latency;
      continue;
    }
    if (models_.find(profile.name) != models_.end()) {
      throw InvalidArgumentError("model '" + profile.name + "' is given twice");
    }
    add_model(profile.name, {.skill = profile.skill, .latency = profile.latency});
  }
  for (const auto& [name, latency] : options_.model_latency) {
    if (!models_.empty() && models_.find(name) == models_.end()) {
      throw InvalidArgumentError("a latency is given for model '" + name +
                                 "', which this server does not have");
    }
  }
}

void ChatService::add_model(const std::string& name, Model model) {
  model_names_.push_back(name);
  models_.emplace(name, model);
}

Reply ChatService::handle(const Request& request) {
  try {
    return route(request);
  } catch (const RequestError& error) {
    return refuse(error);
  }
}

Reply ChatService::refuse(const RequestError& error) {
  ++statistics_.refused;
  return json_reply(error.status, error_json(error));
}

Reply ChatService::route(const Request& request) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const bool is_one_model = path.size() > models_path.size() + 1 && path.starts_with(models_path) &&
                            path[models_path.size()] == '/';
  const bool is_get = path == models_path || path == stats_path || is_one_model;
  if (!is_get && path != chat_path) {
    throw RequestError(404,
                       "no route '" + std::string(path) +
                           "'; this server has POST /v1/chat/completions, GET /v1/models and GET /stats",
                       "invalid_request_error", "unknown_route");
  }
  const std::string_view method = is_get ? "GET" : "POST";
  if (request.method != method) {
    Reply reply = refuse(RequestError(
        405,
        "'" + std::string(path) + "' takes " + std::string(method) + ", not " + std::string(request.method),
        "invalid_request_error", "method_not_allowed"));
    reply.headers.emplace_back("Allow", method);
    return reply;
  }
  if (path == chat_path) return chat(request.body);
  if (path == stats_path) return json_reply(200, to_json(statistics_.to_value()));
  if (!is_one_model) return json_reply(200, to_json(models_value()));
  const std::string name(path.substr(models_path.size() + 1));
  (void)find_model(name);
  return json_reply(200, to_json(model_value(name)));
}

Reply ChatService::chat(std::string_view body) {
  auto call = std::make_unique<Call>(statistics_);
  const ChatRequest request = parse_chat_request(body);
  const Model model = find_model(request.model);
  Attempt attempt{};
  attempt.prompt_hash = hash_with(hash_with(options_.seed, request.model), request.prompt);
  attempt.number = histories_[attempt.prompt_hash].arrivals++;
  const std::uint64_t chance = hash_with(attempt.prompt_hash, attempt.number);
  attempt.failure = options_.failures.draw(RandomStream(hash_with(chance, "failure")));
  RandomStream latency_chance(hash_with(chance, "latency"));
  attempt.latency = latency_of(request.model, model).sample(latency_chance);
  switch (attempt.failure) {
    case Failure::too_many_requests:
    case Failure::server_error:
    case Failure::unavailable:
    case Failure::reset:
      return inject(attempt, std::move(call));
    default:
      return answer(request, attempt, std::move(call));
  }
}

// A failure that takes the place of the answer. A limiter refuses at once; the others fail when the answer is
// due.
Reply ChatService::inject(const Attempt& attempt, std::unique_ptr<Call> call) {
  ++statistics_.failures[static_cast<std::size_t>(attempt.failure)];
  RequestError error(500, "the server failed, as it was told to", "server_error", "internal_error");
  Duration at = attempt.latency;
  if (attempt.failure == Failure::too_many_requests) {
    error = RequestError(429, "too many requests, as this server was told to say", "rate_limit_error",
                         "rate_limit_exceeded");
    at = Duration(0);
  } else if (attempt.failure == Failure::unavailable) {
    error =
        RequestError(503, "the service is overloaded, as it was told to be", "server_error", "unavailable");
    at = Duration(0);
  }
  Reply reply;
  reply.status = error.status;
  std::string text = error_json(error);
  reply.content_length = text.size();
  reply.body = whole_body(at, std::move(text));
  reply.call = std::move(call);
  if (error.status == 429) reply.headers.emplace_back("Retry-After", std::to_string(options_.retry_after));
  if (attempt.failure == Failure::reset) {
    reply.end = ReplyEnd::reset;
    reply.reset_at = attempt.latency;
  }
  return reply;
}

Reply ChatService::answer(const ChatRequest& request, const Attempt& attempt, std::unique_ptr<Call> call) {
  Completion completion = complete(request, find_model(request.model), attempt);
  const std::size_t tokens = completion.completion_tokens;
  call->answer(request.model, histories_[attempt.prompt_hash], completion.prompt_tokens, tokens);
  Reply reply;
  if (request.is_stream) {
    reply.content_type = "text/event-stream";
    reply.body = completion_stream(std::move(completion), request.include_usage, attempt.latency);
  } else {
    std::string text = completion_json(completion);
    reply.content_length = text.size();
    reply.body = whole_body(attempt.latency, std::move(text));
  }
  reply.call = std::move(call);
  if (attempt.failure == Failure::none) return reply;
  ++statistics_.failures[static_cast<std::size_t>(attempt.failure)];
  if (attempt.failure == Failure::drip) {
    reply.body = drip_body(std::move(reply.body), options_.drip_interval);
  } else {
    reply.body = cut_body(std::move(reply.body), request.is_stream ? tokens / 2 + 1 : 0);
    reply.end = ReplyEnd::cut;
  }
  return reply;
}

ChatService::Model ChatService::find_model(const std::string& name) const {
  if (models_.empty()) return {};
  const auto model = models_.find(name);
  if (model != models_.end()) return model->second;
  std::string known;
  for (const std::string& other : model_names_) known += (known.empty() ? "" : ", ") + other;
  throw RequestError(404, "no model '" + name + "'; this server has " + known, "invalid_request_error",
                     "model_not_found", "model");
}

Latency ChatService::latency_of(const std::string& name, const Model& model) const {
  const auto own = options_.model_latency.find(name);
  if (own != options_.model_latency.end()) return own->second;
  return model.latency.value_or(options_.latency);
}

Completion ChatService::complete(const ChatRequest& request, const Model& model,
                                 const Attempt& attempt) const {
  Completion completion;
  completion.id = "chatcmpl-" + hexadecimal(hash_with(attempt.prompt_hash, attempt.number));
  completion.model = request.model;
  completion.created = seconds_since_1970();
  completion.prompt_tokens = request.prompt_tokens;
  if (model.is_recorded) {
    const std::string* recorded = options_.recordings->find(request.model, request.prompt);
    if (recorded == nullptr) {
      throw RequestError(
          404, "no recording of model '" + request.model + "' for the prompt " + excerpt(request.prompt),
          "invalid_request_error", "recording_not_found", "messages");
    }
    completion.text = *recorded;
  } else {
    const std::uint64_t chance = hash_with(attempt.prompt_hash, static_cast<std::uint64_t>(request.seed));
    completion.text = synthetic_answer(request.prompt, model.skill, hash_with(chance, "answer"));
  }
  completion.completion_tokens = count_tokens(completion.text);
  // A recording is given back whole: its tokens were counted by another measure.
  if (request.max_tokens && !model.is_recorded && completion.completion_tokens > *request.max_tokens) {
    completion.text = first_tokens(completion.text, *request.max_tokens);
    completion.completion_tokens = *request.max_tokens;
    completion.finish_reason = "length";
  }
  return completion;
}

Value ChatService::model_value(const std::string& name) const {
  return {{"id", name}, {"object", "model"}, {"created", started_}, {"owned_by", "ember-simulate"}};
}

Value ChatService::models_value() const {
  std::vector<Value> data;
  for (const std::string& name : model_names_) data.push_back(model_value(name));
  if (data.empty()) data.push_back(model_value(std::string(any_model)));
  return {{"object", "list"}, {"data", Value::list(std::move(data))}};
}

}  // namespace ember::simulate
