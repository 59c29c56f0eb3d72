#include "observe/otlp_json.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include <ember/error.hpp>
#include <ember/version.hpp>

#include "observe/shown_value.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_message = 2048;
/// For texts that are cut already.
constexpr std::size_t unlimited = std::size_t{1} << 30U;

/// A list of `KeyValue`.
class Attributes {
 public:
  void add(std::string_view key, std::string_view text, std::size_t most_bytes = longest_name) {
    start(key);
    ((text_ += R"("stringValue":)") += shown_json_text(text, most_bytes)) += "}}";
  }
  void add(std::string_view key, std::int64_t number) {
    start(key);
    ((text_ += R"("intValue":")") += std::to_string(number)) += "\"}}";
  }
  void add_flag(std::string_view key, bool value) {
    start(key);
    ((text_ += R"("boolValue":)") += value ? "true" : "false") += "}}";
  }
  void add_number(std::string_view key, double number) {
    if (!std::isfinite(number)) return;
    char digits[32];
    start(key);
    text_ += R"("doubleValue":)";
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr) += "}}";
  }

  [[nodiscard]] std::string list() const { return "[" + text_ + "]"; }

 private:
  void start(std::string_view key) {
    if (!text_.empty()) text_ += ',';
    ((text_ += R"({"key":")") += key) += R"(","value":{)";
  }

  std::string text_;
};

std::string nanoseconds(std::chrono::system_clock::time_point time) {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  return "\"" + std::to_string(std::max<std::int64_t>(0, since_epoch.count())) + "\"";
}

void add_usage(Attributes& attributes, const CallUsage& usage) {
  if (usage.model_calls == 0) return;
  attributes.add("ember.model_calls", usage.model_calls);
  attributes.add("ember.attempts", usage.attempts);
  attributes.add("ember.prompt_tokens", usage.prompt_tokens);
  attributes.add("ember.completion_tokens", usage.completion_tokens);
  attributes.add_number("ember.cost_usd", usage.cost_usd);
}

std::string attributes_of(const TraceRecord& record, std::size_t most_value_bytes) {
  Attributes attributes;
  attributes.add("ember.call_id", static_cast<std::int64_t>(record.call_id));
  if (!record.label.empty()) attributes.add("ember.operator", record.operator_name);
  attributes.add("thread.id", static_cast<std::int64_t>(record.thread_id));
  attributes.add("ember.device", record.device);
  if (record.is_cached) attributes.add_flag("ember.cached", true);
  add_usage(attributes, record.usage);
  if (most_value_bytes > 0) {
    const ShownLimits limits{.bytes = most_value_bytes};
    attributes.add("ember.inputs", shown_json(record.inputs, limits), unlimited);
    if (record.succeeded()) attributes.add("ember.outputs", shown_json(record.outputs, limits), unlimited);
  }
  return attributes.list();
}

/// The failure as a status, and as an event, which has room for the type.
std::string failure_of(const TraceRecord& record, const std::string& time) {
  const std::string message = message_of(record.exception);
  Attributes attributes;
  attributes.add("exception.type", type_name_of(record.exception));
  attributes.add("exception.message", message, longest_message);
  return R"(,"events":[{"timeUnixNano":)" + time + R"(,"name":"exception","attributes":)" +
         attributes.list() + R"(}],"status":{"code":2,"message":)" +
         shown_json_text(message, longest_message) + "}";
}

std::string resource_of(const OtlpFormat& format) {
  Attributes attributes;
  attributes.add("service.name", format.service_name);
  attributes.add("process.pid", static_cast<std::int64_t>(::getpid()));
  attributes.add("telemetry.sdk.name", "ember");
  attributes.add("telemetry.sdk.language", "cpp");
  attributes.add("telemetry.sdk.version", version);
  return attributes.list();
}

}  // namespace

OtlpWriter::OtlpWriter(OtlpFormat format, TraceOrigin origin)
    : format_(std::move(format)), origin_(origin), ids_(format_.seed) {}

std::string OtlpWriter::span(const PlacedCall& call) const {
  constexpr std::string_view internal_kind = "1";
  const TraceRecord& record = *call.record;
  const std::string end = nanoseconds(origin_.wall(std::max(record.start_time, record.end_time)));
  std::string text =
      R"({"traceId":")" + ids_.trace_id(call.root) + R"(","spanId":")" + ids_.span_id(record.call_id) + '"';
  if (record.parent_id) text += R"(,"parentSpanId":")" + ids_.span_id(*record.parent_id) + '"';
  text += R"(,"name":)" + shown_json_text(record.name().empty() ? "call" : record.name(), longest_name);
  (text += R"(,"kind":)") += internal_kind;
  text += R"(,"startTimeUnixNano":)" + nanoseconds(origin_.wall(record.start_time)) +
          R"(,"endTimeUnixNano":)" + end + R"(,"attributes":)" +
          attributes_of(record, format_.most_value_bytes);
  text += record.succeeded() ? R"(,"status":{})" : failure_of(record, end);
  return text + "}";
}

std::string OtlpWriter::request(const std::vector<std::string>& spans) const {
  std::string text = R"({"resourceSpans":[{"resource":{"attributes":)" + resource_of(format_) +
                     R"(},"scopeSpans":[{"scope":{"name":"ember","version":)" + shown_json_text(version) +
                     R"(},"spans":[)";
  for (const std::string& span : spans) (text += span) += ',';
  if (!spans.empty()) text.pop_back();
  return text + "]}]}]}";
}

std::string to_otlp_json(const Trace& trace, const OtlpFormat& format) {
  TraceAssembly assembly;
  TraceAssembly::Placed placed;
  for (const TraceRecord& record : trace.records) {
    // Not owned: the trace outlives this call.
    assembly.add(std::shared_ptr<const TraceRecord>(std::shared_ptr<void>(), &record), {}, placed);
  }
  assembly.release(TimePoint::max(), placed);
  const OtlpWriter writer(format, trace.origin);
  std::vector<std::string> spans;
  spans.reserve(placed.size());
  for (const PlacedCall& call : placed) spans.push_back(writer.span(call));
  return writer.request(spans);
}

}  // namespace ember::xcs
