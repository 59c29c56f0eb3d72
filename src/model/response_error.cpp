#include "model/response_error.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::model {
namespace {

std::string subject(const std::string& model_id) {
  return "Model '" + model_id + "': ";
}

/// A short identifier of a server's error object, or nothing.
std::string identifier(const Value& error, const char* field) {
  const Value* const content = error.find(field);
  if (!content || !content->is_string()) return {};
  const std::string& text = content->string();
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return text.size() <= 64 && std::ranges::all_of(text, is_plain) ? text : std::string();
}

struct ReportedError {
  std::string type;
  std::string code;
  bool is_reported = false;

  [[nodiscard]] std::string text() const {
    if (type.empty() && code.empty()) return {};
    return " (" + type + (type.empty() || code.empty() ? "" : ", ") + code + ")";
  }
};

ReportedError reported_error(std::string_view body) {
  try {
    const Value json = parse_json(body);
    const Value* const error = json.find("error");
    if (!error) return {};
    return {identifier(*error, "type"), identifier(*error, "code"), true};
  } catch (const Error&) {
    return {};
  }
}

const char* meaning_of(int status) noexcept {
  switch (status) {
    case 400:
    case 422:
      return "the request was refused as not valid";
    case 401:
      return "the key was not accepted";
    case 402:
      return "the account has no credit";
    case 403:
      return "access was refused";
    case 404:
      return "the server does not know this address; check the base URL";
    case 408:
      return "the server gave up waiting";
    case 413:
      return "the request is too large";
    case 429:
      return "too many requests";
    case 529:
      return "the server is overloaded";
    default:
      return status >= 500 ? "the server failed" : "unexpected response";
  }
}

bool is_transient_status(int status, const ReportedError& reported) noexcept {
  if (status == 429) return reported.code != "insufficient_quota" && reported.type != "insufficient_quota";
  return status == 408 || status == 425 || (status >= 500 && status != 501 && status != 505);
}

/// Seconds since 1970 of an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
std::optional<std::time_t> http_date(std::string_view text) {
  std::tm time{};
  const std::string date(text);
  const char* const end = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S", &time);
  if (!end) return std::nullopt;
  return timegm(&time);
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.size() < 16 && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

void refuse_response(const std::string& model_id, const std::string& reason, bool is_transient) {
  throw ProviderAPIError(subject(model_id) + reason, 0, is_transient);
}

std::string retry_after_seconds(const net::HttpResponse& response) {
  if (const auto milliseconds = response.header("retry-after-ms"); milliseconds && is_number(*milliseconds)) {
    return std::to_string(std::stod(std::string(*milliseconds)) / 1000);
  }
  const auto after = response.header("retry-after");
  if (!after) return {};
  if (is_number(*after)) return std::string(*after);
  const auto date = http_date(*after);
  if (!date) return {};
  // The server's own clock, where it tells it: ours may be off.
  const auto own_date = response.header("date");
  const auto now = own_date ? http_date(*own_date) : std::nullopt;
  return std::to_string(std::max<std::time_t>(0, *date - now.value_or(std::time(nullptr))));
}

std::exception_ptr error_of_status(const ModelRequest& request, std::string_view provider,
                                   const net::HttpResponse& response, std::string_view body) {
  const ReportedError reported = reported_error(body);
  if (response.status == 404 && reported.is_reported) {
    auto error = ModelNotFoundError::for_model(request.model, provider);
    error.add_context("status", "404");
    return std::make_exception_ptr(std::move(error));
  }
  ProviderAPIError error(subject(request.model_id) + "HTTP status " + std::to_string(response.status) + ": " +
                             meaning_of(response.status) + reported.text(),
                         response.status, is_transient_status(response.status, reported));
  if (response.status == 401 || response.status == 403) error.set_hint("check the key in the environment");
  if (auto seconds = retry_after_seconds(response); !seconds.empty()) {
    error.add_context("retry_after", std::move(seconds));
  }
  return std::make_exception_ptr(std::move(error));
}

std::exception_ptr error_of_transport(const ModelRequest& request, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const net::HttpError& failure) {
    if (failure.kind() == net::HttpErrorKind::invalid_request) {
      ProviderConfigError wrapped(subject(request.model_id) + failure.what());
      wrapped.set_hint("check base_url and the environment variable of the base URL");
      return std::make_exception_ptr(std::move(wrapped));
    }
    ProviderAPIError wrapped(subject(request.model_id) + failure.what(), 0, failure.is_transient());
    wrapped.set_cause(error);
    return std::make_exception_ptr(std::move(wrapped));
  } catch (...) {
    return error;
  }
}

void throw_reported_error(const std::string& model_id, const Value& error) {
  const ReportedError reported = {identifier(error, "type"), identifier(error, "code"), true};
  const bool is_transient = reported.type == "overloaded_error" || reported.type == "api_error" ||
                            reported.type == "server_error" || reported.type == "rate_limit_error";
  refuse_response(model_id, "the server reports an error" + reported.text(), is_transient);
}

Value parse_response(const std::string& model_id, std::string_view body) {
  const auto start = body.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos)
    refuse_response(model_id, "expected a JSON response, found an empty one", true);
  if (body[start] == '<')
    refuse_response(model_id, "expected a JSON response, found HTML or XML; check the base URL");
  try {
    Value json = parse_json(body);
    if (!json.is_mapping()) {
      refuse_response(model_id, "expected a JSON object, found " + std::string(to_string(json.kind())));
    }
    return json;
  } catch (const JsonError& error) {
    refuse_response(model_id, "expected a JSON response, found something else at line " +
                                  std::to_string(error.line()) + ", column " +
                                  std::to_string(error.column()));
  }
}

}  // namespace ember::model
