#include "observe/chrome_events.hpp"

#include <cstdint>
#include <ctime>
#include <string_view>

#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/version.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "observe/secrets.hpp"
#include "observe/shown_value.hpp"

namespace ember {

namespace {

/// There is one process; the viewers want a number for it.
constexpr int process = 1;
/// Tracks above this are not named one by one.
constexpr std::size_t most_named_tracks = 100'000;

/// `2026-01-31T12:00:00.123456Z`.
std::string calendar_text(std::chrono::system_clock::time_point time) {
  const auto micros = std::chrono::time_point_cast<std::chrono::microseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(micros);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), (micros - seconds).count());
}

/// Microseconds with three decimals: nanoseconds, exactly.
void add_micros(std::string& text, Duration duration) {
  const std::int64_t nanos = duration.count();
  const std::uint64_t size =
      nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  fmt::format_to(std::back_inserter(text), "{}{}.{:03}", nanos < 0 ? "-" : "", size / 1000, size % 1000);
}

void add_error(std::string& text, const std::exception_ptr& exception) {
  ((text += ",\"error\":{\"class\":") += shown_json_text(type_name_of(exception))) += ",\"message\":";
  (text += shown_json_text(message_of(exception))) += '}';
}

void add_usage(std::string& text, const CallUsage& usage) {
  if (usage == CallUsage{}) return;
  fmt::format_to(
      std::back_inserter(text),
      ",\"model_calls\":{},\"attempts\":{},\"tokens\":{{\"prompt\":{},\"completion\":{},\"total\":{}}}",
      usage.model_calls, usage.attempts, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens);
  if (usage.cost_usd != 0) (text += ",\"cost_usd\":") += shown_json(usage.cost_usd);
}

void add_arguments(std::string& text, const xcs::TraceRecord& call) {
  fmt::format_to(std::back_inserter(text), "{{\"id\":{}", call.call_id);
  if (call.parent_id) fmt::format_to(std::back_inserter(text), ",\"parent\":{}", *call.parent_id);
  fmt::format_to(std::back_inserter(text), ",\"thread\":{}", call.thread_id);
  if (call.name() != call.operator_name) {
    (text += ",\"operator\":") += shown_json_text(call.operator_name, 256);
  }
  if (call.op) fmt::format_to(std::back_inserter(text), ",\"instance\":\"{:#x}\"", call.instance_id());
  if (!call.device.empty()) (text += ",\"device\":") += shown_json_text(call.device);
  (text += ",\"inputs\":") += shown_json(call.inputs);
  if (call.succeeded()) (text += ",\"outputs\":") += shown_json(call.outputs);
  if (!call.succeeded()) add_error(text, call.exception);
  add_usage(text, call.usage);
  if (call.is_cached) text += ",\"cached\":true";
  text += '}';
}

}  // namespace

void ChromeEvents::add_head(std::string& text) const {
  fmt::format_to(std::back_inserter(text),
                 "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"ember\":\"{}\",\"start\":\"{}\"}},"
                 "\"traceEvents\":[\n"
                 "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{},\"args\":{{\"name\":\"ember\"}}}}",
                 version, calendar_text(origin_.wall_time), process);
}

void ChromeEvents::name_track(std::string& text, std::size_t track) {
  if (track >= most_named_tracks || (track < named_tracks_.size() && named_tracks_[track])) return;
  if (track >= named_tracks_.size()) named_tracks_.resize(track + 1);
  named_tracks_[track] = true;
  // The viewers know 0 as the thread that idles.
  fmt::format_to(std::back_inserter(text),
                 ",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{0},\"tid\":{1},"
                 "\"args\":{{\"name\":\"track {1}\"}}}}",
                 process, track + 1);
}

void ChromeEvents::add_call(std::string& text, const xcs::TraceRecord& call) {
  name_track(text, call.track);
  (text += ",\n{\"ph\":\"X\",\"name\":") += shown_json_text(call.name(), 256);
  fmt::format_to(std::back_inserter(text),
                 ",\"cat\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":", call.op ? "operator" : "span", process,
                 call.track + 1);
  add_micros(text, call.start_time - origin_.time);
  text += ",\"dur\":";
  add_micros(text, call.duration());
  if (!call.succeeded()) text += ",\"cname\":\"terrible\"";
  text += ",\"args\":";
  add_arguments(text, call);
  text += '}';
}

void ChromeEvents::add_end(std::string& text, std::size_t calls_lost) {
  text += "\n]";
  if (calls_lost != 0) fmt::format_to(std::back_inserter(text), ",\"callsLost\":{}", calls_lost);
  text += "}\n";
}

}  // namespace ember
