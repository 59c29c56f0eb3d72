#include "observe/trace_page.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <vector>

#include <ember/json.hpp>
#include <ember/trace_file.hpp>

#include <fmt/format.h>

#include "observe/critical_path.hpp"
#include "observe/page_text.hpp"
#include "observe/shown_value.hpp"
#include "observe/trace_totals.hpp"

namespace ember {

namespace {

/// Positions of texts that come again and again.
class TextTable {
 public:
  std::size_t add(std::string_view text) {
    const auto [place, is_new] = positions_.try_emplace(std::string(text), positions_.size());
    if (is_new) texts_.emplace_back(text);
    return place->second;
  }
  [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }

 private:
  std::unordered_map<std::string, std::size_t> positions_;
  std::vector<std::string> texts_;
};

/// Strings of JSON may be shown whole: the file had bounds of its own.
std::string json_string(std::string_view text) {
  return to_json(Value(text));
}

std::string texts_json(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) (json += json.size() > 1 ? "," : "") += json_string(text);
  return json += ']';
}

/// The data of the page. What each position of a row means, page/data.js says again.
class PageData {
 public:
  PageData(const SpanList& list, std::string_view title) : list_(list), path_(critical_path(list)) {
    (out_ += "{\"title\":") += json_string(title);
    (out_ += ",\"start\":") += json_string(list.start);
    fmt::format_to(end(), ",\"lost\":{},\"cutOff\":{}", list.calls_lost, list.is_cut_off);
    add_totals();
    add_spans();
    add_path();
    add_shares();
    add_operators();
    (out_ += ",\"kinds\":") += texts_json(kinds_.texts());
    (out_ += ",\"devices\":") += texts_json(devices_.texts());
    (out_ += ",\"instances\":") += texts_json(instances_.texts());
    ((out_ += ",\"tracks\":") += texts_json(list.tracks)) += '}';
  }

  std::string take() { return std::move(out_); }

 private:
  std::back_insert_iterator<std::string> end() { return std::back_inserter(out_); }

  void separate() {
    if (out_.back() != '[') out_ += ",\n";
  }

  void add_totals() {
    const TraceTotals totals = trace_totals(list_);
    fmt::format_to(end(),
                   ",\"totals\":{{\"wall\":{},\"calls\":{},\"failedCalls\":{},\"cached\":{},\"roots\":{},"
                   "\"failedRoots\":{},\"modelCalls\":{},\"attempts\":{},\"tokensIn\":{},\"tokensOut\":{},"
                   "\"cost\":{},\"peak\":{},\"mean\":{}}}",
                   totals.wall.count(), totals.calls, totals.failed_calls, totals.cached_calls, totals.roots,
                   totals.failed_roots, totals.usage.model_calls, totals.usage.attempts,
                   totals.usage.prompt_tokens, totals.usage.completion_tokens, totals.usage.cost_usd,
                   totals.peak_concurrency, totals.mean_concurrency);
  }

  void add_spans() {
    out_ += ",\"spans\":[";
    for (const Span& span : list_.spans) add_span(span);
    out_ += ']';
  }

  void add_span(const Span& span) {
    separate();
    const unsigned flags =
        (span.is_failed ? 1U : 0U) | (span.is_cached ? 2U : 0U) | (span.is_operator ? 4U : 0U);
    fmt::format_to(end(), "[{},{},{},{},{},{},{},{},{},{},{},", kinds_.add(span.kind()), span.id,
                   span.parent ? static_cast<std::ptrdiff_t>(*span.parent) : -1, span.track, span.thread,
                   span.start.count(), span.duration().count(), flags,
                   span.device.empty() ? -1 : static_cast<std::ptrdiff_t>(devices_.add(span.device)),
                   span.instance.empty() ? -1 : static_cast<std::ptrdiff_t>(instances_.add(span.instance)),
                   span.kind() == span.name ? "0" : json_string(span.name));
    // As texts: reading the page does not build what nobody looks at.
    add_value(span.inputs);
    add_value(span.outputs);
    add_failure(span);
    add_usage(span.usage);
    out_ += ',' + (span.operator_name.empty() ? "0" : json_string(span.operator_name)) + ']';
  }

  void add_value(const Value& value) { (out_ += value.is_null() ? "0" : json_string(to_json(value))) += ','; }

  void add_failure(const Span& span) {
    out_ += span.is_failed
                ? "[" + json_string(span.error_class) + "," + json_string(span.error_message) + "],"
                : "0,";
  }

  void add_usage(const CallUsage& usage) {
    if (usage == CallUsage{}) {
      out_ += '0';
      return;
    }
    fmt::format_to(end(), "[{},{},{},{},{}]", usage.model_calls, usage.attempts, usage.prompt_tokens,
                   usage.completion_tokens, usage.cost_usd);
  }

  void add_path() {
    out_ += ",\"path\":[";
    for (const CriticalStep& step : path_) {
      separate();
      fmt::format_to(end(), "[{},{},{}]", step.span ? static_cast<std::ptrdiff_t>(*step.span) : -1,
                     step.start.count(), step.end.count());
    }
    out_ += ']';
  }

  void add_shares() {
    out_ += ",\"shares\":[";
    for (const PathShare& share : path_shares(list_, path_)) {
      separate();
      const std::ptrdiff_t kind =
          share.name.empty() ? -1 : static_cast<std::ptrdiff_t>(kinds_.add(share.name));
      fmt::format_to(end(), "[{},{},{},{}]", kind, share.calls, share.time.count(), share.share);
    }
    out_ += ']';
  }

  void add_operators() {
    out_ += ",\"operators\":[";
    for (const OperatorTotals& totals : operator_totals(list_)) {
      separate();
      fmt::format_to(end(), "[{},{},{},{},{},{},{},{},{},{}]", kinds_.add(totals.name), totals.calls,
                     totals.failures, totals.cached, totals.total.count(), totals.median.count(),
                     totals.p95.count(), totals.max.count(), totals.usage.total_tokens,
                     totals.usage.cost_usd);
    }
    out_ += ']';
  }

  const SpanList& list_;
  std::vector<CriticalStep> path_;
  TextTable kinds_;
  TextTable devices_;
  TextTable instances_;
  std::string out_;
};

/// Data in a page must not look like its end, nor hold the line ends that only JavaScript knows.
std::string embedded(std::string_view json) {
  constexpr std::string_view separators = "\xe2\x80";  // U+2028 and U+2029 are these and A8 or A9.
  std::string text;
  text.reserve(json.size() + json.size() / 64);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto last = i + 2 < json.size() ? static_cast<unsigned char>(json[i + 2]) : 0U;
    if (json[i] == '<') {
      text += "\\u003c";
    } else if (json.substr(i, 2) == separators && (last == 0xa8 || last == 0xa9)) {
      text += last == 0xa8 ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      text += json[i];
    }
  }
  return text;
}

}  // namespace

std::string trace_page(const SpanList& list, std::string_view title) {
  std::string page(page_head);
  page += embedded(PageData(list, title).take());
  return page += page_end;
}

std::string to_html(const xcs::Trace& trace) {
  return trace_page(read_spans(to_chrome_trace(trace), "the trace"), "trace");
}

}  // namespace ember
