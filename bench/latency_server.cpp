#include "latency_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <string>
#include <utility>

namespace ember::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void accept_all(int epoll, int listener) {
  for (int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK); fd >= 0;
       fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll, fd);
  }
}

std::string response() {
  const std::string body = R"({"choices":[{"message":{"role":"assistant","content":")" +
                           std::string(300, 'a') +
                           R"("}}],"usage":{"prompt_tokens":50,"completion_tokens":75}})";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

LatencyServer::LatencyServer(std::chrono::milliseconds latency) : latency_(latency) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  if (bind(listener_, generic, size) != 0 || listen(listener_, 4096) != 0) std::abort();
  getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
}

void LatencyServer::run() {
  const int epoll = epoll_create1(0);
  watch(epoll, listener_);
  const std::string answer = response();
  std::deque<std::pair<Time, int>> due;  // In order: the latency is the same for all.
  std::array<epoll_event, 512> events;
  std::array<char, 16384> buffer;
  for (;;) {
    const Time now = std::chrono::steady_clock::now();
    for (; !due.empty() && due.front().first <= now; due.pop_front()) {
      static_cast<void>(!send(due.front().second, answer.data(), answer.size(), MSG_NOSIGNAL));
    }
    const int wait =
        due.empty()
            ? -1
            : static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(due.front().first - now).count());
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), wait);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener_) {
        accept_all(epoll, listener_);
      } else if (recv(fd, buffer.data(), buffer.size(), 0) >
                 0) {  // Requests are small: one read has all of one.
        due.emplace_back(std::chrono::steady_clock::now() + latency_, fd);
      } else {
        close(fd);
      }
    }
  }
}

}  // namespace ember::bench
