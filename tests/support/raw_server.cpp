#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ember::testing {
namespace {

int bound_socket(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  if (fd < 0 || bind(fd, generic, size) != 0 || getsockname(fd, generic, &size) != 0) {
    throw std::runtime_error(std::string("no loopback socket: ") + std::strerror(errno));
  }
  port = ntohs(address.sin_port);
  return fd;
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (std::size_t i = 0; i + name.size() <= head.size(); ++i) {
    if (strncasecmp(head.data() + i, name.data(), name.size()) == 0) {
      return std::strtoul(std::string(head.substr(i + name.size(), 20)).c_str(), nullptr, 10);
    }
  }
  return 0;
}

}  // namespace

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

std::string RawConnection::read_request() {
  std::size_t needed = std::string::npos;
  for (;;) {
    const std::size_t head = unread_.find("\r\n\r\n");
    if (head != std::string::npos) {
      needed = head + 4 + content_length(std::string_view(unread_).substr(0, head));
      if (unread_.size() >= needed) break;
    }
    char buffer[4096];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    unread_.append(buffer, static_cast<std::size_t>(count));
  }
  std::string request = unread_.substr(0, needed);
  unread_.erase(0, needed);
  return request;
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawConnection::wait_until_closed() {
  char buffer[4096];
  while (recv(fd_, buffer, sizeof buffer, 0) > 0) {
  }
}

void RawConnection::reset() {
  const std::lock_guard lock(closing_);
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(fd_, -1));
}

void RawConnection::abort() noexcept {
  const std::lock_guard lock(closing_);
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

RawServer RawServer::per_connection(Handler handler) {
  return RawServer([handler = std::move(handler)](RawServer& server) {
    std::vector<std::thread> threads;
    while (RawConnection* connection = server.accept()) {
      threads.emplace_back([&handler, connection] {
        handler(*connection);
        connection->abort();  // Closing is left to the server, which may be aborting it at this moment.
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
}

RawServer::RawServer(Script script) {
  listener_ = bound_socket(port_);
  if (listen(listener_, 4096) != 0) throw std::runtime_error("can not listen");
  thread_ = std::thread([this, script = std::move(script)] { script(*this); });
}

RawServer::~RawServer() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    for (RawConnection& connection : accepted_) connection.abort();
  }
  thread_.join();
  close(listener_);
}

RawConnection* RawServer::accept() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return nullptr;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::lock_guard lock(mutex_);
  RawConnection& connection = accepted_.emplace_back(fd);
  ++connections_;
  if (is_ending_) connection.abort();
  return &connection;
}

std::string RawServer::url(std::string_view path, std::string_view host) const {
  return "http://" + std::string(host) + ":" + std::to_string(port_) + std::string(path);
}

std::string RawServer::where() const {
  return "127.0.0.1:" + std::to_string(port_);
}

std::string http_response(std::string_view body, std::string_view status, std::string_view headers) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

int closed_port() {
  int port = 0;
  close(bound_socket(port));
  return port;
}

}  // namespace ember::testing
