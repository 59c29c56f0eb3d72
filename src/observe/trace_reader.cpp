// Reads spans from the Trace Event Format. A file of ours says who called whom; of others, nesting tells.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "observe/span.hpp"
#include "observe/span_tree.hpp"

namespace ember {

namespace {

class TraceReader {
 public:
  explicit TraceReader(const std::string& file) : file_(file) {}

  SpanList read(std::string_view text) {
    const Value document = parse(text);
    const Value events = events_of(document);
    std::size_t position = 0;
    for (const Value& event : events.items()) read_event(event, ++position);
    if (list_.spans.empty() && others_ != 0) {
      fail("has " + std::to_string(others_) + " events and none that is complete (\"ph\": \"X\")");
    }
    if (document.is_mapping()) {
      list_.calls_lost = static_cast<std::size_t>(integer_or(document.get("callsLost"), 0));
      list_.start = text_or(document.get("otherData").get("start"), "");
    }
    link_spans(list_, parent_ids_);
    return std::move(list_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError("'" + file_ + "' " + what); }
  [[noreturn]] void fail(std::size_t event, const std::string& what) const {
    fail("is no trace: event " + std::to_string(event) + " " + what);
  }

  Value parse(std::string_view text) {
    try {
      return parse_json(text);
    } catch (const JsonError& error) {
      if (auto whole = parse_cut_off(text)) return *std::move(whole);
      fail("is no trace: it is not JSON: " + std::string(error.what()));
    }
  }

  /// Our files, and those of most others, have an event on each line: what stands before the last comma at
  /// the end of a line is whole.
  std::optional<Value> parse_cut_off(std::string_view text) {
    const bool is_object = text.starts_with('{');
    if (!is_object && !text.starts_with('[')) return std::nullopt;
    std::string whole(text);
    while (whole.ends_with('\n')) whole.pop_back();
    // The last line may be whole but for the end of the document.
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (whole.ends_with(',')) whole.pop_back();
      try {
        Value document = parse_json(whole + (is_object ? "]}" : "]"));
        list_.is_cut_off = true;
        return document;
      } catch (const JsonError&) {
        const std::size_t line = whole.rfind(",\n");
        if (line == std::string::npos) return std::nullopt;
        whole.resize(line);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] Value events_of(const Value& document) const {
    if (document.is_list()) return document;
    if (!document.is_mapping()) {
      fail("is no trace: expected a JSON object or a list of events, found " +
           std::string(to_string(document.kind())));
    }
    const Value* events = document.find("traceEvents");
    if (events == nullptr) fail("is no trace: it has no field 'traceEvents'");
    if (!events->is_list()) {
      fail("is no trace: 'traceEvents' is not a list but " + std::string(to_string(events->kind())));
    }
    return *events;
  }

  void read_event(const Value& event, std::size_t position) {
    if (!event.is_mapping()) fail(position, "is not an object but " + std::string(to_string(event.kind())));
    const std::string phase = text_or(event.get("ph"), "");
    if (phase.empty()) fail(position, "has no text 'ph'");
    if (phase == "M") {
      read_name(event);
    } else if (phase == "X") {
      read_span(event, position);
    } else {
      ++others_;
    }
  }

  void read_name(const Value& event) {
    if (text_or(event.get("name"), "") != "thread_name") return;
    const std::string name = text_or(event.get("args").get("name"), "");
    if (!name.empty()) list_.tracks[track_of(event)] = name;
  }

  std::size_t track_of(const Value& event) {
    const auto key = std::pair(shown_id(event.get("pid")), shown_id(event.get("tid")));
    const auto [place, is_new] = tracks_.try_emplace(key, tracks_.size());
    if (is_new) list_.tracks.push_back("track " + key.second);
    return place->second;
  }

  static std::string shown_id(const Value& id) {
    return id.is_integer() ? std::to_string(id.integer()) : text_or(id, "0");
  }

  void read_span(const Value& event, std::size_t position) {
    Span span;
    span.name = text_or(event.get("name"), "");
    if (span.name.empty()) fail(position, "has no text 'name'");
    span.start = time_of(event, "ts", position);
    const Duration duration = time_of(event, "dur", position);
    if (duration < Duration()) fail(position, "has a negative 'dur'");
    span.end = span.start + duration;
    span.track = track_of(event);
    span.is_operator = text_or(event.get("cat"), "") != "span";
    const Value arguments = event.get("args");
    read_arguments(span, arguments);
    const Value id = arguments.get("id");
    const bool is_ours = id.is_integer();
    span.id = is_ours ? id.integer() : static_cast<std::int64_t>(position);
    const Value parent = arguments.get("parent");
    parent_ids_.push_back({is_ours, parent.is_integer() ? std::optional(parent.integer()) : std::nullopt});
    list_.spans.push_back(std::move(span));
  }

  static void read_arguments(Span& span, const Value& arguments) {
    span.thread = integer_or(arguments.get("thread"), static_cast<std::int64_t>(span.track) + 1);
    span.device = text_or(arguments.get("device"), "");
    span.instance = text_or(arguments.get("instance"), "");
    span.operator_name = text_or(arguments.get("operator"), "");
    span.inputs = arguments.get("inputs");
    span.outputs = arguments.get("outputs");
    const Value error = arguments.get("error");
    span.is_failed = error.is_mapping();
    span.error_class = text_or(error.get("class"), "");
    span.error_message = text_or(error.get("message"), "");
    const Value cached = arguments.get("cached");
    span.is_cached = cached.is_boolean() && cached.boolean();
    const Value tokens = arguments.get("tokens");
    span.usage.model_calls = integer_or(arguments.get("model_calls"), 0);
    span.usage.attempts = integer_or(arguments.get("attempts"), 0);
    span.usage.prompt_tokens = integer_or(tokens.get("prompt"), 0);
    span.usage.completion_tokens = integer_or(tokens.get("completion"), 0);
    span.usage.total_tokens = integer_or(tokens.get("total"), 0);
    const Value cost = arguments.get("cost_usd");
    if (cost.is_number() || cost.is_integer()) span.usage.cost_usd = cost.number();
  }

  /// Microseconds.
  [[nodiscard]] Duration time_of(const Value& event, std::string_view field, std::size_t position) const {
    constexpr double longest = 4e15;  // Some 130 years; sums of two stay within a Duration.
    const Value time = event.get(field);
    if (!time.is_number() && !time.is_integer()) {
      fail(position, "has no number '" + std::string(field) + "'");
    }
    const double micros = time.number();
    if (std::abs(micros) > longest) fail(position, "has a '" + std::string(field) + "' beyond all time");
    return Duration(std::llround(micros * 1000));
  }

  static std::string text_or(const Value& value, const char* fallback) {
    return value.is_string() ? value.string() : fallback;
  }
  static std::int64_t integer_or(const Value& value, std::int64_t fallback) {
    return value.is_integer() ? value.integer() : fallback;
  }

  const std::string& file_;
  SpanList list_;
  std::vector<ParentId> parent_ids_;
  std::map<std::pair<std::string, std::string>, std::size_t> tracks_;
  /// Events that are neither spans nor names.
  std::size_t others_ = 0;
};

}  // namespace

SpanList read_spans(std::string_view text, const std::string& file) {
  return TraceReader(file).read(text);
}

SpanList read_span_file(const std::string& file) {
  errno = 0;
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  if (input && input.peek() != std::ifstream::traits_type::eof()) text << input.rdbuf();
  if (!input && errno != 0) throw DataError("can not read the trace '" + file + "': " + std::strerror(errno));
  if (text.view().empty()) throw DataError("'" + file + "' is no trace: it is empty");
  return read_spans(text.view(), file);
}

}  // namespace ember
