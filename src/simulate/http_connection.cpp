#include "simulate/http_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>

namespace ember::simulate {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t most_header_bytes = 64U << 10U;
constexpr std::size_t most_gathered_bytes = 64U << 10U;
constexpr std::chrono::seconds longest_linger(1);
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::string chunk_head(std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  return std::string(digits.data(), end) + "\r\n";
}

// True when the peer closed its side; false when there is something to read or nothing happened.
bool has_hung_up(int descriptor) {
  char byte = 0;
  const ssize_t count = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, ChatService& service, std::size_t most_body_bytes)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      service_(service),
      most_body_bytes_(most_body_bytes) {
  ServerStatistics& statistics = service_.statistics();
  ++statistics.accepted_connections;
  statistics.peak_connections = std::max(statistics.peak_connections, ++statistics.connections);
}

HttpConnection::~HttpConnection() {
  --service_.statistics().connections;
}

void HttpConnection::start() {
  Error ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  read_header();
}

void HttpConnection::read_header() {
  parser_.emplace();
  parser_->body_limit(most_body_bytes_);
  parser_->header_limit(most_header_bytes);
  http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](const Error& error, std::size_t) { self->on_header(error); });
}

void HttpConnection::on_header(const Error& error) {
  if (error) return refuse_unreadable(error);
  const bool expects_word = !parser_->is_done() && parser_->get()[http::field::expect] == "100-continue";
  if (!expects_word) return read_body();
  asio::async_write(socket_, asio::buffer(go_on.data(), go_on.size()),
                    [self = shared_from_this()](const Error& failure, std::size_t) {
                      if (!failure) self->read_body();
                    });
}

void HttpConnection::read_body() {
  if (parser_->is_done()) return on_request({});
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](const Error& error, std::size_t) { self->on_request(error); });
}

void HttpConnection::on_request(const Error& error) {
  if (error) return refuse_unreadable(error);
  const auto request = parser_->release();
  parser_.reset();
  buffer_.shrink_to_fit();
  keeps_alive_ = request.keep_alive();
  is_http_1_0_ = request.version() < 11;
  arrival_ = Clock::now();
  Reply reply = service_.handle({view(request.method_string()), view(request.target()), request.body()});
  if (request.method() == http::verb::head) reply.body = whole_body(Duration(0), {});
  play(std::move(reply));
}

// Nothing more can be read from this client: an error reply where one can be sent, then the end.
void HttpConnection::refuse_unreadable(const Error& error) {
  if (error.category() != http::make_error_code(http::error::end_of_stream).category()) return;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return;
  keeps_alive_ = false;
  has_unread_input_ = true;
  arrival_ = Clock::now();
  const std::string limit = std::to_string(most_body_bytes_);
  if (error == http::error::body_limit) {
    return play(service_.refuse(RequestError(413, "the body is larger than " + limit + " bytes",
                                             "invalid_request_error", "body_too_large")));
  }
  if (error == http::error::header_limit) {
    return play(service_.refuse(
        RequestError(431, "the header is larger than " + std::to_string(most_header_bytes) + " bytes",
                     "invalid_request_error", "header_too_large")));
  }
  play(service_.refuse(
      RequestError(400, "not HTTP: " + error.message(), "invalid_request_error", "malformed_request")));
}

void HttpConnection::play(Reply reply) {
  reply_.emplace(std::move(reply));
  if (reply_->end == ReplyEnd::cut) keeps_alive_ = false;
  is_chunked_ = !reply_->content_length && !is_http_1_0_;
  if (!reply_->content_length && is_http_1_0_) keeps_alive_ = false;
  if (reply_->end == ReplyEnd::reset) return wait_until(arrival_ + reply_->reset_at);
  piece_ = reply_->body->next();
  outgoing_ = head();
  // The head travels with the first piece.
  const Clock::time_point due = piece_ ? arrival_ + piece_->at : arrival_;
  if (due > Clock::now()) return wait_until(due);
  advance();
}

void HttpConnection::advance() {
  if (reply_->end == ReplyEnd::reset) return reset();
  const bool is_over = gather(Clock::now());
  if (!outgoing_.empty()) return write();
  if (is_over) return finish();
  wait_until(arrival_ + piece_->at);
}

// Moves every piece that is due into `outgoing_`; returns true when the body is over. A server that is late
// sends several pieces at once and so catches up.
bool HttpConnection::gather(Clock::time_point now) {
  if (reply_->body == nullptr) return true;
  std::string bytes;
  while (piece_ && arrival_ + piece_->at <= now && bytes.size() < most_gathered_bytes) {
    bytes.empty() ? bytes.swap(piece_->bytes) : (void)(bytes += piece_->bytes);
    piece_ = reply_->body->next();
  }
  if (!bytes.empty()) {
    if (is_chunked_) outgoing_ += chunk_head(bytes.size());
    outgoing_ += bytes;
    if (is_chunked_) outgoing_ += "\r\n";
  }
  if (piece_) return false;
  if (is_chunked_ && reply_->end == ReplyEnd::complete) outgoing_ += "0\r\n\r\n";
  reply_->body.reset();
  return true;
}

void HttpConnection::write() {
  asio::async_write(socket_, asio::buffer(outgoing_),
                    [self = shared_from_this()](const Error& error, std::size_t) {
                      if (error) return self->abandon();
                      self->outgoing_.clear();
                      self->advance();
                    });
}

void HttpConnection::wait_until(Clock::time_point when) {
  watch_for_hang_up();
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this()](const Error& error) {
    if (!error) self->advance();
  });
}

void HttpConnection::watch_for_hang_up() {
  if (is_watching_ || has_unread_input_) return;
  is_watching_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const Error& error) {
    self->is_watching_ = false;
    if (error || !self->reply_ || !has_hung_up(self->socket_.native_handle())) return;
    // Ends the timer or the write that leads on.
    self->abandon();
  });
}

void HttpConnection::abandon() {
  if (reply_->call != nullptr) reply_->call->abandoned();
  reply_->call.reset();
  timer_.cancel();
  Error ignored;
  socket_.close(ignored);
}

void HttpConnection::finish() {
  if (reply_->end == ReplyEnd::complete && reply_->call != nullptr) reply_->call->delivered();
  reply_.reset();
  outgoing_.shrink_to_fit();
  if (keeps_alive_) return read_header();
  if (has_unread_input_) return linger();
  Error ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void HttpConnection::reset() {
  Error ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  reply_.reset();
  socket_.close(ignored);
}

// Closing with unread input would reset the connection and could take the error reply away from the client.
void HttpConnection::linger() {
  Error ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  timer_.expires_after(longest_linger);
  timer_.async_wait([self = shared_from_this()](const Error& error) {
    Error unused;
    if (!error) self->socket_.close(unused);
  });
  discard();
}

void HttpConnection::discard() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(most_gathered_bytes),
                          [self = shared_from_this()](const Error& error, std::size_t) {
                            if (!error) return self->discard();
                            self->timer_.cancel();
                          });
}

std::string HttpConnection::head() const {
  std::string text = is_http_1_0_ ? "HTTP/1.0 " : "HTTP/1.1 ";
  text += std::to_string(reply_->status) + ' ';
  text += view(http::obsolete_reason(static_cast<http::status>(reply_->status)));
  text += "\r\nServer: ember-simulate\r\nContent-Type: " + reply_->content_type;
  if (reply_->content_length) text += "\r\nContent-Length: " + std::to_string(*reply_->content_length);
  if (is_chunked_) text += "\r\nTransfer-Encoding: chunked";
  if (!keeps_alive_) text += "\r\nConnection: close";
  if (keeps_alive_ && is_http_1_0_) text += "\r\nConnection: keep-alive";
  for (const auto& [name, value] : reply_->headers) text += "\r\n" + name + ": " + value;
  return text + "\r\n\r\n";
}

}  // namespace ember::simulate
