// One connection of the server: reads a request, plays the script of its reply, reads the next.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "simulate/chat_service.hpp"

namespace ember::simulate {

// The executor is named, because the type-erased one costs an allocation and an indirection for each
// operation.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Keeps itself alive by the operation that it waits for; there is always exactly one that leads on.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Socket socket, ChatService& service, std::size_t most_body_bytes);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void start();

 private:
  using Error = boost::system::error_code;
  using Clock = std::chrono::steady_clock;

  void read_header();
  void on_header(const Error& error);
  void read_body();
  void on_request(const Error& error);
  void refuse_unreadable(const Error& error);
  void play(Reply reply);
  void advance();
  bool gather(Clock::time_point now);
  void write();
  void wait_until(Clock::time_point when);
  void watch_for_hang_up();
  void abandon();
  void finish();
  void reset();
  void linger();
  void discard();
  [[nodiscard]] std::string head() const;

  Socket socket_;
  Timer timer_;
  ChatService& service_;
  std::size_t most_body_bytes_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<Reply> reply_;
  std::optional<Piece> piece_;
  Clock::time_point arrival_;
  std::string outgoing_;
  bool keeps_alive_ = true;
  bool is_http_1_0_ = false;
  bool is_chunked_ = false;
  bool is_watching_ = false;
  bool has_unread_input_ = false;
};

}  // namespace ember::simulate
