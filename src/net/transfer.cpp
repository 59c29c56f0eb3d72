#include "net/transfer.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/ascii.hpp"
#include "net/http_failure.hpp"
#include "net/socket_table.hpp"

namespace ember::net {
namespace {}  // namespace

Transfer::Transfer(const TransferSettings& settings, TransferObserver& observer)
    : settings_(settings), observer_(observer) {}

void Transfer::accept(Submission submission) {
  submission_ = std::move(submission);
  is_connected_ = false;
}

Result<HttpResponse> Transfer::end(CURLcode code) {
  if (std::exception_ptr error = failure(code)) return error;
  return std::move(response_);
}

HttpClient::Done Transfer::finish() {
  HttpClient::Done done = std::move(submission_.done);
  on_stop.reset();
  submission_ = {};
  response_ = {};
  failure_ = nullptr;
  header_list_.reset();
  state = State::idle;
  group = nullptr;
  is_lookup = false;
  ++serial;
  return done;
}

TimePoint Transfer::next_check(TimePoint now) const noexcept {
  const Duration idle = submission_.request.idle_timeout;
  if (idle <= Duration::zero()) return submission_.deadline;
  return std::min(submission_.deadline, time_after(is_connected_ ? last_activity_ : now, idle));
}

std::exception_ptr Transfer::overdue(TimePoint now) const {
  const std::string where = url().host_and_port();
  if (now >= submission_.deadline) {
    return http_error(HttpErrorKind::timeout, "no complete response from " + where + " before the deadline");
  }
  const Duration idle = submission_.request.idle_timeout;
  if (idle > Duration::zero() && is_connected_ && now - last_activity_ >= idle) {
    return http_error(HttpErrorKind::timeout, where + " sent nothing for " + in_seconds(idle));
  }
  return nullptr;
}

std::exception_ptr Transfer::failure(CURLcode code) const {
  if (failure_) return failure_;
  if (code == CURLE_OK && has_all_headers_) return nullptr;
  long os_error = 0;
  if (code != CURLE_OK) curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
  FailureFacts facts{.where = url().host_and_port(),
                     .connect_timeout = submission_.request.connect_timeout,
                     .has_status_line = has_status_line_,
                     .has_all_headers = has_all_headers_,
                     .body_bytes = body_bytes_,
                     .os_error = static_cast<int>(os_error),
                     .transport_message = transport_message_};
  return code == CURLE_OK ? cut_headers_failure(facts) : failure_of(code, facts);
}

// Callbacks of the transport
// ------------------------------------------------------------------------------------------

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(data, size * count);
  return static_cast<Transfer*>(self)->take(&Transfer::take_header_line, line) ? line.size() : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view chunk(data, size * count);
  return static_cast<Transfer*>(self)->take(&Transfer::take_body, chunk) ? chunk.size()
                                                                         : CURL_WRITEFUNC_ERROR;
}

bool Transfer::take(bool (Transfer::*taker)(std::string_view), std::string_view bytes) noexcept {
  try {
    if (submission_.request.idle_timeout > Duration::zero())
      last_activity_ = std::chrono::steady_clock::now();
    return (this->*taker)(bytes);
  } catch (const std::exception& error) {  // The transport is C: nothing may pass through it.
    return fail(HttpErrorKind::internal,
                std::string("has an answer that can not be stored: ") + error.what());
  }
}

int Transfer::on_socket(void* self, curl_socket_t fd, curlsocktype /*purpose*/) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.settings_.sockets->opened(fd);
  transfer.report_address();
  return CURL_SOCKOPT_OK;
}

int Transfer::on_close(void* sockets, curl_socket_t fd) {
  static_cast<SocketTable*>(sockets)->closed(fd);
  return close(fd);
}

int Transfer::on_lookup(void* /*resolver*/, void* /*reserved*/, void* self) {
  static_cast<Transfer*>(self)->was_looked_up_ = true;
  return 0;
}

int Transfer::on_ready(void* self, char* /*remote*/, char* /*local*/, int /*remote_port*/,
                       int /*local_port*/) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.report_address();
  transfer.is_connected_ = true;
  transfer.last_activity_ = std::chrono::steady_clock::now();
  return CURL_PREREQFUNC_OK;
}

void Transfer::report_address() {
  if (!std::exchange(has_address_, true)) observer_.has_address(*this, was_looked_up_);
}

// The response
// --------------------------------------------------------------------------------------------------------

bool Transfer::take_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > submission_.request.max_header_bytes) {
    return fail(HttpErrorKind::too_large, "sent response headers over the limit of " +
                                              std::to_string(submission_.request.max_header_bytes) +
                                              " bytes");
  }
  if (line.starts_with("HTTP/")) {
    start_response(line);
  } else if (!has_all_headers_) {  // What comes after the body are trailers.
    if (trimmed(line).empty()) return end_headers();
    add_header(line);
  }
  return true;
}

void Transfer::start_response(std::string_view status_line) {
  response_.headers.clear();
  response_.status = 0;
  has_status_line_ = true;
  has_all_headers_ = false;
  const std::size_t blank = std::min(status_line.find(' '), status_line.size());
  for (const char c : trimmed(status_line.substr(blank)).substr(0, 3)) {
    if (c >= '0' && c <= '9') response_.status = response_.status * 10 + (c - '0');
  }
}

void Transfer::add_header(std::string_view line) {
  if ((line.front() == ' ' || line.front() == '\t') && !response_.headers.empty()) {
    response_.headers.back().second.append(" ").append(
        trimmed(line));  // A folded line goes on with the last header.
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name(trimmed(line.substr(0, colon)));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  response_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
}

bool Transfer::end_headers() {
  if (response_.status < 200) return true;  // Interim: the real response follows.
  has_all_headers_ = true;
  curl_off_t length = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length <= 0 || submission_.request.method == "HEAD") return true;
  const auto expected = static_cast<std::size_t>(length);
  const std::size_t limit = submission_.request.max_body_bytes;
  if (expected > limit) {
    return fail(HttpErrorKind::too_large, "announces a response body of " + std::to_string(expected) +
                                              " bytes, over the limit of " + std::to_string(limit));
  }
  constexpr std::size_t trusted = std::size_t{1} << 20;  // An announcement alone should not cost much memory.
  if (!hands_out_body()) response_.body.reserve(std::min(expected, trusted));
  return true;
}

bool Transfer::hands_out_body() const noexcept {
  return submission_.on_body && response_.status >= 200 && response_.status < 300;
}

bool Transfer::take_body(std::string_view chunk) {
  body_bytes_ += chunk.size();
  if (body_bytes_ > submission_.request.max_body_bytes) {
    return fail(HttpErrorKind::too_large, "sent a response body over the limit of " +
                                              std::to_string(submission_.request.max_body_bytes) + " bytes");
  }
  if (!hands_out_body()) {
    response_.body.append(chunk);
    return true;
  }
  try {
    submission_.on_body(response_, chunk);
    return true;
  } catch (...) {
    HttpError error(HttpErrorKind::callback, "the receiver of the response body from " +
                                                 url().host_and_port() +
                                                 " failed: " + message_of(std::current_exception()));
    error.set_cause(std::current_exception());
    failure_ = std::make_exception_ptr(std::move(error));
    return false;
  }
}

bool Transfer::fail(HttpErrorKind kind, const std::string& message) {
  failure_ = http_error(kind, url().host_and_port() + " " + message);
  return false;
}

}  // namespace ember::net
