#include "observe/otlp_collector.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <memory>
#include <string_view>
#include <utility>

#include <ember/clock.hpp>
#include <ember/context.hpp>
#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/version.hpp>

#include "net/url.hpp"
#include "observe/secrets.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t longest_remark = 300;

/// The URL that requests go to. An origin alone has no path, or `/`.
std::string traces_url(const std::string& url) {
  if (!net::parse_url(url)) {
    throw InvalidArgumentError(
        "The OTLP collector is not an http or https URL; expected one such as "
        "http://localhost:4318/v1/traces");
  }
  const std::size_t authority = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", authority), url.size());
  const std::size_t path_end = std::min(url.find_first_of("?#", end), url.size());
  return path_end - end <= 1 ? net::join_url(url, "v1/traces") : url;
}

void check_header(const std::string& name, const std::string& value) {
  const auto is_name_character = [](unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(static_cast<char>(c)) == std::string_view::npos;
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) {
    throw InvalidArgumentError("'" + name + "' is not the name of a header");
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    throw InvalidArgumentError("The value of the header '" + name + "' has a line break or a zero byte");
  }
}

/// A text of the collector, as far as it is shown.
std::string shown_remark(const std::string& text) {
  std::string shown = without_secrets(text.substr(0, longest_remark));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return shown;
}

/// The mapping in `body`, or null for anything else: collectors may answer in other formats.
Value mapping_in(const std::string& body) {
  try {
    Value value = parse_json(body);
    if (value.is_mapping()) return value;
  } catch (const std::exception&) {  // No JSON.
  }
  return {};
}

std::string text_at(const Value& mapping, std::string_view key) {
  if (!mapping.is_mapping()) return {};
  const Value* const value = mapping.find(key);
  return value && value->is_string() ? value->string() : std::string();
}

/// 64-bit integers come as texts or as numbers.
std::uint64_t count_at(const Value& mapping, std::string_view key) {
  const Value* const value = mapping.find(key);
  if (!value) return 0;
  if (value->is_integer()) return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value->integer()));
  std::uint64_t count = 0;
  if (value->is_string()) {
    const std::string& digits = value->string();
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), count);
  }
  return count;
}

std::optional<Duration> retry_after(const net::HttpResponse& response) {
  const auto header = response.header("retry-after");
  if (!header) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), seconds);
  if (error != std::errc() || end != header->data() + header->size() || seconds < 0) return std::nullopt;
  return from_seconds(static_cast<double>(seconds));
}

}  // namespace

OtlpCollector::OtlpCollector(const OtlpOptions& options)
    : request_timeout_(options.request_timeout),
      max_attempts_(options.max_attempts),
      min_wait_(options.min_wait),
      max_wait_(options.max_wait) {
  request_.method = "POST";
  request_.url = traces_url(options.url);
  request_.headers = {{"Content-Type", "application/json"}, {"User-Agent", std::string("ember/") + version}};
  request_.max_body_bytes = std::size_t{1} << 20U;
  for (const auto& [name, value] : options.headers) {
    check_header(name, value);
    request_.headers.emplace_back(name, value);
  }
  name_ = net::parse_url(request_.url)->host_and_port();
}

Delivery OtlpCollector::deliver(const std::string& body, const std::stop_token& stop,
                                const std::function<void(const std::string&)>& on_retry) {
  for (int attempt = 1;; ++attempt) {
    Answer answer = post(body, stop);
    if (!answer.may_repeat || attempt >= max_attempts_ || stop.stop_requested()) return answer.delivery;
    on_retry(answer.delivery.remark);
    const auto clock = Clock::real();
    const Duration wait = wait_after(attempt, answer.retry_after);
    if (!clock->sleep_until(time_after(clock->now(), wait), stop)) return answer.delivery;
  }
}

OtlpCollector::Answer OtlpCollector::post(const std::string& body, const std::stop_token& stop) const {
  const auto clock = Clock::real();
  const Context context(clock, time_after(clock->now(), request_timeout_), stop);
  net::HttpRequest request = request_;
  request.body = body;
  const auto answered = std::make_shared<std::promise<Result<net::HttpResponse>>>();
  auto answer = answered->get_future();
  net::HttpClient::process().send(std::move(request), context, [answered](Result<net::HttpResponse> result) {
    answered->set_value(std::move(result));
  });
  try {
    return answer_of(answer.get().value());
  } catch (const net::HttpError& error) {
    return {{.remark = error.what()}, error.is_transient(), {}};
  }
}

OtlpCollector::Answer OtlpCollector::answer_of(const net::HttpResponse& response) {
  const Value body = mapping_in(response.body);
  if (response.status >= 200 && response.status < 300) {
    Answer answer{{.is_accepted = true}, false, {}};
    const Value* const partial = body.is_mapping() ? body.find("partialSuccess") : nullptr;
    if (!partial || !partial->is_mapping()) return answer;
    answer.delivery.rejected = count_at(*partial, "rejectedSpans");
    answer.delivery.remark = shown_remark(text_at(*partial, "errorMessage"));
    return answer;
  }
  Answer answer;
  answer.delivery.remark = "status " + std::to_string(response.status);
  if (const std::string message = text_at(body, "message"); !message.empty()) {
    answer.delivery.remark += " (" + shown_remark(message) + ")";
  }
  constexpr int passing[] = {429, 502, 503, 504};
  answer.may_repeat = std::find(std::begin(passing), std::end(passing), response.status) != std::end(passing);
  answer.retry_after = retry_after(response);
  return answer;
}

/// Doubles with each attempt and is spread by half, so that many clients do not come back at once.
Duration OtlpCollector::wait_after(int attempt, const std::optional<Duration>& asked_for) {
  if (asked_for) return std::min(*asked_for, max_wait_);
  Duration wait = std::min(min_wait_, max_wait_);
  for (int i = 1; i < attempt && wait < max_wait_ / 2; ++i) wait *= 2;
  return from_seconds(to_seconds(wait) * std::uniform_real_distribution<>(0.5, 1.0)(dice_));
}

}  // namespace ember::xcs
