// How a Transfer sets up its handle. Options that never change are set once, when the handle is made; all
// others are set for each request, so that nothing of one request reaches the next.
#include <array>
#include <chrono>
#include <new>
#include <utility>

#include "net/http_failure.hpp"
#include "net/transfer.hpp"

namespace ember::net {
namespace {

constexpr long read_buffer_bytes = 4096;  // One per transfer in flight: small, since answers are.
constexpr long write_buffer_bytes = 16384;
constexpr long longest_wait_ms = 1000L * 86400 * 20;

bool is_token(std::string_view text) {
  constexpr std::string_view allowed =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

void append(CurlListPtr& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

long connect_milliseconds(Duration timeout) {
  if (timeout <= Duration::zero()) return longest_wait_ms;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(
      std::min<Duration>(timeout, std::chrono::milliseconds(longest_wait_ms)));
  return static_cast<long>(milliseconds.count());
}

}  // namespace

void Transfer::prepare() {
  header_bytes_ = body_bytes_ = 0;
  has_status_line_ = has_all_headers_ = was_looked_up_ = has_address_ = is_connected_ = false;
  transport_message_[0] = '\0';
  if (!easy_) create_handle();
  CURL* easy = easy_.get();
  const bool is_https = submission_.url.scheme == "https";
  // Without TLS there is nothing to negotiate, and asking for HTTP/2 would make requests wait for one
  // connection.
  curl_easy_setopt(
      easy, CURLOPT_HTTP_VERSION,
      is_https && settings_.allow_http2 ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, is_https && settings_.allow_http2 ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   connect_milliseconds(submission_.request.connect_timeout));
  if (curl_easy_setopt(easy, CURLOPT_URL, submission_.request.url.c_str()) != CURLE_OK)
    throw std::bad_alloc();
  set_method();
  set_headers();
}

void Transfer::create_handle() {
  easy_.reset(curl_easy_init());
  CURL* easy = easy_.get();
  if (easy == nullptr) throw std::bad_alloc();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transport_message_);
  curl_easy_setopt(easy, CURLOPT_SHARE, settings_.share);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                   1L);  // Do not wait for the name service when a transfer is aborted.
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, read_buffer_bytes);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, write_buffer_bytes);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "ember");
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &Transfer::on_socket);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Transfer::on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, settings_.sockets);
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, &Transfer::on_lookup);
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_ready);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
}

void Transfer::set_method() {
  CURL* easy = easy_.get();
  const std::string& method = submission_.request.method;
  const std::string& body = submission_.request.body;
  if (!is_token(method))
    throw HttpError(HttpErrorKind::invalid_request, "not an HTTP method: '" + method + "'");
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, nullptr);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (!body.empty() || method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    if (method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void Transfer::set_headers() {
  header_list_.reset();
  append(header_list_, "Expect:");  // Waiting for permission to send a body costs a round trip.
  bool has_content_type = false;
  for (const auto& [name, value] : submission_.request.headers) {
    constexpr std::string_view breaks("\r\n\0", 3);
    if (!is_token(name) || value.find_first_of(breaks) != std::string::npos) {
      throw HttpError(HttpErrorKind::invalid_request,
                      is_token(name) ? "the value of header '" + name + "' holds a line break or a zero byte"
                                     : "a header name is not made of letters, digits and dashes");
    }
    has_content_type = has_content_type || is_same_name(name, "content-type");
    append(header_list_, value.empty() ? name + ";" : name + ": " + value);
  }
  if (!has_content_type) append(header_list_, "Content-Type:");  // Else the transport would claim a web form.
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, header_list_.get());
}

}  // namespace ember::net
