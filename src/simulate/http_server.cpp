#include "simulate/http_server.hpp"

#include <sys/resource.h>

#include <csignal>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <ember/error.hpp>

#include "simulate/http_connection.hpp"

namespace ember::simulate {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

// The kernel lowers it to net.core.somaxconn.
constexpr int backlog = 65535;
constexpr std::chrono::milliseconds accept_pause(10);

tcp::endpoint endpoint_of(const HttpServerOptions& options) {
  boost::system::error_code error;
  const std::string host = options.host == "localhost" ? "127.0.0.1" : options.host;
  const auto address = asio::ip::make_address(host, error);
  if (error) {
    throw InvalidArgumentError("'" + options.host +
                               "' is not an address to listen on; expected one such as 127.0.0.1, "
                               "0.0.0.0 or ::1");
  }
  return {address, options.port};
}

}  // namespace

struct HttpServer::State {
  State(ChatService& chat_service, const HttpServerOptions& server_options)
      : service(chat_service), options(server_options) {}

  void listen() {
    const tcp::endpoint endpoint = endpoint_of(options);
    try {
      acceptor.open(endpoint.protocol());
      acceptor.set_option(asio::socket_base::reuse_address(true));
      acceptor.bind(endpoint);
      acceptor.listen(backlog);
      port = acceptor.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
      throw DataError("can not listen on " + options.host + ":" + std::to_string(options.port) + ": " +
                      error.code().message());
    }
  }

  void accept() {
    acceptor.async_accept([this](const boost::system::error_code& error, Socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_later();
      std::make_shared<HttpConnection>(std::move(socket), service, options.most_body_bytes)->start();
      accept();
    });
  }

  // Out of file descriptors: connections wait in the backlog until others close.
  void accept_later() {
    retry.expires_after(accept_pause);
    retry.async_wait([this](const boost::system::error_code& error) {
      if (!error) accept();
    });
  }

  ChatService& service;
  HttpServerOptions options;
  asio::io_context context{1};
  asio::basic_socket_acceptor<tcp, Executor> acceptor{context};
  Timer retry{context};
  asio::signal_set signals{context};
  std::uint16_t port = 0;
};

HttpServer::HttpServer(ChatService& service, const HttpServerOptions& options)
    : state_(std::make_unique<State>(service, options)) {
  state_->listen();
  state_->accept();
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const noexcept {
  return state_->port;
}

std::string HttpServer::url() const {
  const std::string& host = state_->options.host;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return "http://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(state_->port);
}

void HttpServer::stop_on_signals() {
  state_->signals.add(SIGINT);
  state_->signals.add(SIGTERM);
  state_->signals.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) stop();
  });
}

void HttpServer::run() {
  state_->context.run();
}

void HttpServer::stop() noexcept {
  state_->context.stop();
}

std::size_t raise_open_file_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

}  // namespace ember::simulate
