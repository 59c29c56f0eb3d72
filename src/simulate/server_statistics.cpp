#include "simulate/server_statistics.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace ember::simulate {

Value ServerStatistics::to_value() const {
  std::vector<std::pair<std::string, Value>> by_model;
  for (const auto& [model, count] : completions) by_model.emplace_back(model, count);
  std::vector<std::pair<std::string, Value>> by_kind;
  for (std::size_t kind = 1; kind < failure_kinds; ++kind) {
    by_kind.emplace_back(to_string(static_cast<Failure>(kind)), failures[kind]);
  }
  const std::uint64_t tokens = prompt_tokens + completion_tokens;
  return {{"requests", requests},
          {"completions", Value::mapping(std::move(by_model))},
          {"repeated", repeated},
          {"refused", refused},
          {"abandoned", abandoned},
          {"in_flight", in_flight},
          {"peak_in_flight", peak_in_flight},
          {"connections", connections},
          {"peak_connections", peak_connections},
          {"accepted_connections", accepted_connections},
          {"failures", Value::mapping(std::move(by_kind))},
          {"tokens", Value{{"prompt", prompt_tokens}, {"completion", completion_tokens}, {"total", tokens}}}};
}

Call::Call(ServerStatistics& statistics) noexcept : statistics_(statistics) {
  ++statistics_.requests;
  ++statistics_.in_flight;
  statistics_.peak_in_flight = std::max(statistics_.peak_in_flight, statistics_.in_flight);
}

Call::~Call() {
  --statistics_.in_flight;
}

void Call::answer(std::string model, PromptHistory& history, std::uint64_t prompt_tokens,
                  std::uint64_t completion_tokens) {
  model_ = std::move(model);
  history_ = &history;
  prompt_tokens_ = prompt_tokens;
  completion_tokens_ = completion_tokens;
}

void Call::delivered() {
  PromptHistory* const history = std::exchange(history_, nullptr);
  if (history == nullptr) return;
  ++statistics_.completions[model_];
  if (history->answers++ > 0) ++statistics_.repeated;
  statistics_.prompt_tokens += prompt_tokens_;
  statistics_.completion_tokens += completion_tokens_;
}

}  // namespace ember::simulate
