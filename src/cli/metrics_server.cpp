#include "cli/metrics_server.hpp"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <ember/error.hpp>

#include "cli/command.hpp"

namespace ember::cli {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds longest_silence(30);
constexpr std::chrono::milliseconds accept_pause(100);
constexpr std::uint32_t most_header_bytes = 16U << 10U;
constexpr std::size_t most_connections = 64;

using Text = std::function<std::string()>;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response response_to(const Request& request, const Text& metrics) {
  const auto target = request.target().substr(0, request.target().find('?'));
  const bool is_read = request.method() == http::verb::get || request.method() == http::verb::head;
  Response response(http::status::ok, request.version());
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.keep_alive(request.keep_alive());
  if (!is_read) {
    response.result(http::status::method_not_allowed);
    response.set(http::field::allow, "GET, HEAD");
    response.body() = "only GET is answered here\n";
  } else if (target == "/metrics") {
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response.body() = metrics();
  } else if (target == "/") {
    response.body() = "The metrics of this run are at /metrics.\n";
  } else {
    response.result(http::status::not_found);
    response.body() = "not found; the metrics are at /metrics\n";
  }
  response.prepare_payload();
  // The length stays that of the body: so it is defined for HEAD.
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

/// Keeps itself alive by the operation that it waits for.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Text& metrics, std::size_t& sessions)
      : stream_(std::move(socket)), metrics_(metrics), sessions_(sessions) {
    ++sessions_;
  }
  ~Session() { --sessions_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(most_header_bytes);
    parser_->body_limit(most_header_bytes);
    stream_.expires_after(longest_silence);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                       if (!error) self->answer();
                     });
  }

 private:
  void answer() {
    response_ = response_to(parser_->get(), metrics_);
    stream_.expires_after(longest_silence);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  boost::beast::tcp_stream stream_;
  const Text& metrics_;
  std::size_t& sessions_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Response response_;
};

}  // namespace

struct MetricsServer::State {
  State(std::string host, Text metrics) : address(std::move(host)), text(std::move(metrics)) {}

  void listen(std::uint16_t port) {
    boost::system::error_code error;
    const auto host = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
    if (error) {
      throw UsageError("'" + address + "' is not an address to listen on; expected one such as 127.0.0.1, " +
                       "0.0.0.0 or ::1");
    }
    try {
      const tcp::endpoint endpoint(host, port);
      acceptor.open(endpoint.protocol());
      acceptor.set_option(asio::socket_base::reuse_address(true));
      acceptor.bind(endpoint);
      acceptor.listen();
    } catch (const boost::system::system_error& failure) {
      throw DataError("can not listen on " + address + ":" + std::to_string(port) +
                      " for metrics: " + failure.code().message());
    }
  }

  void accept() {
    acceptor.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && sessions < most_connections) {
        std::make_shared<Session>(std::move(socket), text, sessions)->read();
      }
      if (!error) return accept();
      // Out of file descriptors: connections wait in the backlog until others close.
      retry.expires_after(accept_pause);
      retry.async_wait([this](const boost::system::error_code& stopped) {
        if (!stopped) accept();
      });
    });
  }

  void run() noexcept {
    while (true) {
      try {
        context.run();
        return;
      } catch (const std::exception&) {  // No memory for one answer: its connection is closed.
      }
    }
  }

  const std::string address;
  const Text text;
  std::size_t sessions = 0;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
  std::thread thread;
};

MetricsServer::MetricsServer(const std::string& address, std::uint16_t port, Text text)
    : state_(std::make_unique<State>(address, std::move(text))) {
  state_->listen(port);
  state_->accept();
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

MetricsServer::~MetricsServer() {
  state_->context.stop();
  state_->thread.join();
}

std::string MetricsServer::url() const {
  const tcp::endpoint endpoint = state_->acceptor.local_endpoint();
  const std::string host = endpoint.address().to_string();
  return "http://" + (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port()) + "/metrics";
}

}  // namespace ember::cli
