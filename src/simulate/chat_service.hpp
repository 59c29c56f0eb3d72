// The server without its transport: a request comes in, a script of what to send and when comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simulate/chat_reply.hpp"
#include "simulate/chat_request.hpp"
#include "simulate/failure_plan.hpp"
#include "simulate/latency.hpp"
#include "simulate/model_profile.hpp"
#include "simulate/recordings.hpp"
#include "simulate/reply_body.hpp"
#include "simulate/request_error.hpp"
#include "simulate/server_statistics.hpp"

namespace ember::simulate {

struct ServiceOptions {
  std::uint64_t seed = 0;
  /// Of every model that has none of its own.
  Latency latency{};
  /// By model; stronger than the latency of a profile.
  std::map<std::string, Latency> model_latency{};
  /// Synthetic models. Without any, and without recordings, every model name is answered, always right.
  std::vector<ModelProfile> models{};
  FailurePlan failures{};
  /// Seconds in the `Retry-After` of status 429.
  unsigned retry_after = 0;
  /// Between two bytes of a dripping body.
  Duration drip_interval = std::chrono::milliseconds(1);
  /// Answers of the models in it; a prompt that is not in it gets status 404.
  std::optional<Recordings> recordings{};
};

struct Request {
  std::string_view method{};
  /// As in the request line; a query is ignored.
  std::string_view target{};
  std::string_view body{};
};

/// What to send. `ReplyEnd::reset` drops the connection, `cut` closes it where the body stops.
enum class ReplyEnd : std::uint8_t { complete, cut, reset };

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  /// Further header fields.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// The announced size of the body; empty for a stream, whose size nobody knows.
  std::optional<std::size_t> content_length{};
  /// Never null.
  std::unique_ptr<ReplyBody> body{};
  ReplyEnd end = ReplyEnd::complete;
  /// When `end` is reset: the time to do it, counted from the arrival of the request.
  Duration reset_at{0};
  /// The request as it is counted; null for what is no chat completion.
  std::unique_ptr<Call> call{};
};

/// Answers requests. All that is left to chance depends on (seed, model, prompt) and, for failures and
/// latencies, on how many times that prompt came before: a repeated run sees the same, and a retry can
/// succeed. Used by one thread.
class ChatService {
 public:
  /// Throws InvalidArgumentError when a latency is given to a model that does not exist, or a model twice.
  explicit ChatService(ServiceOptions options);
  ChatService(const ChatService&) = delete;
  ChatService& operator=(const ChatService&) = delete;

  /// Never throws for bad requests: they get an error reply. Lifetime: the reply must not outlive the
  /// service.
  Reply handle(const Request& request);
  /// An error reply for what the transport refuses itself, such as a body beyond its limit.
  Reply refuse(const RequestError& error);

  [[nodiscard]] ServerStatistics& statistics() noexcept { return statistics_; }

 private:
  struct Model {
    double skill = 1;
    std::optional<Latency> latency{};
    bool is_recorded = false;
  };
  struct Attempt;

  void add_model(const std::string& name, Model model);
  Reply route(const Request& request);
  Reply chat(std::string_view body);
  Reply answer(const ChatRequest& request, const Attempt& attempt, std::unique_ptr<Call> call);
  Reply inject(const Attempt& attempt, std::unique_ptr<Call> call);
  [[nodiscard]] Model find_model(const std::string& name) const;
  [[nodiscard]] Latency latency_of(const std::string& name, const Model& model) const;
  [[nodiscard]] Completion complete(const ChatRequest& request, const Model& model,
                                    const Attempt& attempt) const;
  [[nodiscard]] Value models_value() const;
  [[nodiscard]] Value model_value(const std::string& name) const;

  ServiceOptions options_;
  std::vector<std::string> model_names_;
  std::map<std::string, Model, std::less<>> models_;
  std::int64_t started_;
  /// By hash of model and prompt: a few dozen bytes for each prompt ever seen.
  std::unordered_map<std::uint64_t, PromptHistory> histories_;
  ServerStatistics statistics_;
};

}  // namespace ember::simulate
