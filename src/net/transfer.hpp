// Transfer: one request on its way, and the easy handle that carries it. Lives on the I/O thread; used again
// and again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <ember/clock.hpp>
#include <ember/result.hpp>

#include "net/curl_handles.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace ember::net {

class SocketTable;
class TransferGroup;
class Transfer;

/// A request as it waits for its turn.
struct Submission {
  HttpRequest request;
  Url url;
  TimePoint deadline;
  std::stop_token stop;
  HttpClient::Done done;
  HttpClient::OnBody on_body;
};

/// What all transfers of a client share.
struct TransferSettings {
  std::string ca_file;
  bool allow_http2 = true;
  CURLSH* share = nullptr;
  SocketTable* sockets = nullptr;
};

/// Hears of the progress of transfers, from within the transport: it must not call back into the transport.
class TransferObserver {
 public:
  /// The transfer has an address, or needs none. `was_looked_up`: the name service was asked just now.
  virtual void has_address(Transfer& transfer, bool was_looked_up) = 0;

 protected:
  ~TransferObserver() = default;
};

class Transfer {
 public:
  Transfer(const TransferSettings& settings, TransferObserver& observer);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Takes a request on, without a handle yet.
  void accept(Submission submission);
  /// Prepares the handle. Throws HttpError when the request can not be sent.
  void prepare();
  /// The outcome, after the transport ended the transfer with `code`.
  Result<HttpResponse> end(CURLcode code);
  /// Makes ready for the next request. Returns whom to tell.
  HttpClient::Done finish();
  /// Gives the handle's memory back until the next request.
  void shrink() { easy_.reset(); }

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
  [[nodiscard]] const Url& url() const noexcept { return submission_.url; }
  [[nodiscard]] const std::stop_token& stop_token() const noexcept { return submission_.stop; }
  /// When to look at the clock for this transfer next.
  [[nodiscard]] TimePoint next_check(TimePoint now) const noexcept;
  /// The error to end with when a deadline or the idle timeout has passed by `now`; null otherwise.
  [[nodiscard]] std::exception_ptr overdue(TimePoint now) const;

  // Kept here by the loop
  // ---------------------------------------------------------------------------------------

  /// `queued` for a free place, `gated` behind the look-ups of its host, `active` in a group.
  enum class State { idle, queued, gated, active };
  State state = State::idle;
  std::uint64_t serial = 0;  ///< Tells uses of this object apart.
  bool is_lookup = false;    ///< Counts as a look-up in the host gate.
  TransferGroup* group = nullptr;
  std::optional<std::multimap<TimePoint, Transfer*>::iterator> timer;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_socket(void* self, curl_socket_t fd, curlsocktype purpose);
  static int on_close(void* sockets, curl_socket_t fd);
  static int on_lookup(void* resolver, void* reserved, void* self);
  static int on_ready(void* self, char* remote, char* local, int remote_port, int local_port);

  void create_handle();
  void set_method();
  void set_headers();
  bool take(bool (Transfer::*taker)(std::string_view), std::string_view bytes) noexcept;
  bool take_header_line(std::string_view line);
  void start_response(std::string_view status_line);
  void add_header(std::string_view line);
  bool end_headers();
  bool take_body(std::string_view chunk);
  bool fail(HttpErrorKind kind, const std::string& message);
  void report_address();
  [[nodiscard]] bool hands_out_body() const noexcept;
  [[nodiscard]] std::exception_ptr failure(CURLcode code) const;

  const TransferSettings& settings_;
  TransferObserver& observer_;
  CurlPtr easy_;
  CurlListPtr header_list_;
  Submission submission_;
  HttpResponse response_;
  std::exception_ptr failure_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  TimePoint last_activity_;
  bool has_status_line_ = false;
  bool has_all_headers_ = false;
  bool was_looked_up_ = false;
  bool has_address_ = false;
  bool is_connected_ = false;
  char transport_message_[CURL_ERROR_SIZE] = {};
};

}  // namespace ember::net
