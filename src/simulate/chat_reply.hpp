// The bodies that a chat client reads: completions, streams of chunks, errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <ember/clock.hpp>

#include "simulate/reply_body.hpp"
#include "simulate/request_error.hpp"

namespace ember::simulate {

struct Completion {
  std::string id{};
  std::string model{};
  std::string text{};
  /// Seconds since 1970.
  std::int64_t created = 0;
  /// `stop`, or `length` when `max_tokens` cut the text.
  std::string finish_reason = "stop";
  std::size_t prompt_tokens = 0;
  std::size_t completion_tokens = 0;
};

/// The body of a plain answer.
std::string completion_json(const Completion& completion);

/// Server-sent events: role, one chunk per token, finish, usage when asked for, `[DONE]`. The chunks are
/// spread evenly over `latency`, so that a stream ends when a plain answer would come.
std::unique_ptr<ReplyBody> completion_stream(Completion completion, bool include_usage, Duration latency);

/// `{"error": {"message", "type", "param", "code"}}`.
std::string error_json(const RequestError& error);

}  // namespace ember::simulate
