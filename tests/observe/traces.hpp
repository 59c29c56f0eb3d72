// Traces that are made by hand, for the tests of what is made of them.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <ember/tracer.hpp>

namespace ember::testing {

/// A call from `start` to `end`, in microseconds from the origin.
inline xcs::TraceRecord call(std::string name, std::uint64_t id, std::optional<std::uint64_t> parent,
                             int start, int end) {
  xcs::TraceRecord record;
  record.operator_name = std::move(name);
  record.call_id = id;
  record.parent_id = parent;
  record.start_time = TimePoint(std::chrono::microseconds(start));
  record.end_time = TimePoint(std::chrono::microseconds(end));
  record.thread_id = 1;
  record.device = "cpu";
  return record;
}

inline xcs::TraceRecord failed(xcs::TraceRecord record, const std::string& message) {
  record.exception = std::make_exception_ptr(std::runtime_error(message));
  return record;
}

/// A row with two questions at once, the vote after them, and a second row that fails.
inline xcs::Trace sample_trace() {
  xcs::Trace trace;
  auto small = call("small", 1, 0, 10, 400);
  auto large = call("large", 2, 0, 20, 900);
  auto vote = call("vote", 3, 0, 910, 950);
  auto row = call("row 1", 0, {}, 0, 1000);
  auto second = failed(call("row 2", 4, {}, 1000, 1500), "no answer");
  auto question = failed(call("small", 5, 4, 1010, 1490), "no answer");
  large.track = question.track = 1;
  small.usage = {.model_calls = 1,
                 .attempts = 2,
                 .prompt_tokens = 10,
                 .completion_tokens = 5,
                 .total_tokens = 15,
                 .cost_usd = 0.5};
  large.usage = small.usage;
  row.usage += small.usage;
  row.usage += large.usage;
  row.inputs = {{"question", "2+2?"}};
  row.outputs = {{"answer", "4"}};
  trace.records = {small, large, vote, row, question, second};
  trace.origin.wall_time = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  return trace;
}

}  // namespace ember::testing
