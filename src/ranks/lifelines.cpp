#include "ranks/lifelines.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <system_error>

#include <ember/error.hpp>

#include "ranks/rank_link.hpp"

namespace ember::ranks {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// Processes of one program start together.
constexpr auto patience = 60s;
constexpr std::byte bell{'m'};
constexpr std::byte farewell{'f'};

/// What a rank says first.
struct Greeting {
  std::uint64_t token = 0;
  std::int32_t rank = 0;
  std::int32_t unused = 0;
};

[[noreturn]] void refuse(const std::string& what) {
  const std::string reason = std::error_code(errno, std::generic_category()).message();
  throw ConfigError("[mesh] " + what + ": " + reason);
}

bool wait_readable(int socket, SteadyClock::time_point until) {
  pollfd wanted{socket, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
    if (left.count() <= 0) return false;
    const int ready = ::poll(&wanted, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool read_greeting(int socket, Greeting& greeting, SteadyClock::time_point until) {
  std::size_t got = 0;
  while (got < sizeof greeting) {
    if (!wait_readable(socket, until)) return false;
    const ssize_t count = ::recv(socket, reinterpret_cast<char*>(&greeting) + got, sizeof greeting - got, 0);
    if (count == 0 || (count < 0 && errno != EINTR)) return false;
    got += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return true;
}

void prepare(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A machine that is gone says nothing: the kernel asks.
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  const int idle_seconds = 15;
  const int probes = 3;
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &idle_seconds, sizeof idle_seconds);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

int connected_socket(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return -1;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const int candidate =
        ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (candidate < 0) continue;
    if (::connect(candidate, address->ai_addr, address->ai_addrlen) == 0) return candidate;
    const int reason = errno;
    ::close(candidate);
    errno = reason;
  }
  return -1;
}

}  // namespace

Lifelines::~Lifelines() {
  for (const Line& line : lines_) {
    if (line.socket >= 0) ::close(line.socket);
  }
  if (listener_ >= 0) ::close(listener_);
  if (wakeup_ >= 0) ::close(wakeup_);
}

void Lifelines::open_wakeup() {
  wakeup_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wakeup_ < 0) refuse("no event descriptor");
}

LifelineAddress Lifelines::listen() {
  open_wakeup();
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  socklen_t length = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, any, length) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, any, &length) != 0) {
    refuse("rank 0 can not open a port for the other ranks");
  }
  LifelineAddress result;
  const std::string host = host_name();
  std::copy_n(host.begin(), std::min(host.size(), result.host.size() - 1), result.host.begin());
  result.port = ntohs(address.sin_port);
  std::random_device random;
  result.token = (static_cast<std::uint64_t>(random()) << 32) | random();
  return result;
}

void Lifelines::accept_all(const LifelineAddress& address, int size) {
  const auto until = SteadyClock::now() + patience;
  while (lines_.size() + 1 < static_cast<std::size_t>(size)) {
    errno = ETIMEDOUT;
    const bool has_come = wait_readable(listener_, until);
    const int socket = has_come ? ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC) : -1;
    if (socket < 0) refuse("rank 0 waited in vain for a connection of every rank");
    Greeting greeting;
    // Whoever does not know the token is none of us.
    const bool is_known = read_greeting(socket, greeting, until) && greeting.token == address.token &&
                          greeting.rank > 0 && greeting.rank < size && line_of(greeting.rank) == nullptr;
    if (is_known) {
      prepare(socket);
      lines_.push_back({greeting.rank, socket, {}});
    } else {
      ::close(socket);
    }
  }
  ::close(std::exchange(listener_, -1));
}

void Lifelines::connect(const LifelineAddress& address, bool is_same_host, int rank) {
  open_wakeup();
  const std::string host = is_same_host ? "127.0.0.1" : address.host.data();
  const int socket = connected_socket(host, address.port);
  if (socket < 0) {
    refuse("rank " + std::to_string(rank) + " on host " + host_name() + " can not reach rank 0 at " + host +
           ":" + std::to_string(address.port));
  }
  lines_.push_back({0, socket, {}});
  prepare(socket);
  const Greeting greeting{address.token, rank, 0};
  if (::send(socket, &greeting, sizeof greeting, MSG_NOSIGNAL) != sizeof greeting) {
    refuse("rank " + std::to_string(rank) + " can not speak with rank 0");
  }
}

Lifelines::Line* Lifelines::line_of(int rank) noexcept {
  const auto found =
      std::find_if(lines_.begin(), lines_.end(), [&](auto& line) { return line.rank == rank; });
  return found == lines_.end() ? nullptr : &*found;
}

bool Lifelines::ring(int rank) noexcept {
  const Line* line = line_of(rank);
  if (!line || line->socket < 0) return true;
  return ::send(line->socket, &bell, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 || errno != EAGAIN;
}

void Lifelines::say_farewell(int rank, std::uint64_t messages) noexcept {
  const Line* line = line_of(rank);
  if (!line || line->socket < 0) return;
  std::array<std::byte, 1 + sizeof messages> text{farewell};
  std::memcpy(&text[1], &messages, sizeof messages);
  (void)::send(line->socket, text.data(), text.size(), MSG_NOSIGNAL);
}

void Lifelines::wake() noexcept {
  const std::uint64_t one = 1;
  (void)!::write(wakeup_, &one, sizeof one);
}

void Lifelines::read_from(Line& line, std::vector<Notice>& notices) {
  std::array<std::byte, 512> buffer;
  const ssize_t count = ::recv(line.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    ::close(std::exchange(line.socket, -1));
    notices.push_back({Notice::Kind::end, line.rank});
    return;
  }
  line.unread.insert(line.unread.end(), buffer.begin(), buffer.begin() + count);
  std::size_t at = 0;
  std::uint64_t rings = 0;
  std::uint64_t messages = 0;
  while (at < line.unread.size()) {
    if (line.unread[at] != farewell) {
      ++rings;
      ++at;
    } else if (line.unread.size() - at > sizeof messages) {
      std::memcpy(&messages, &line.unread[at + 1], sizeof messages);
      notices.push_back({Notice::Kind::farewell, line.rank, messages});
      at += 1 + sizeof messages;
    } else {
      break;
    }
  }
  line.unread.erase(line.unread.begin(), line.unread.begin() + static_cast<std::ptrdiff_t>(at));
  if (rings > 0) notices.push_back({Notice::Kind::message, line.rank, rings});
}

std::vector<Lifelines::Notice> Lifelines::wait(std::int64_t nanoseconds) {
  std::vector<pollfd> wanted = {{wakeup_, POLLIN, 0}};
  for (const Line& line : lines_) wanted.push_back({line.socket, POLLIN, 0});
  const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  std::vector<Notice> notices;
  if (::ppoll(wanted.data(), wanted.size(), &time, nullptr) <= 0) return notices;
  std::uint64_t ignored = 0;
  if (wanted[0].revents != 0) (void)!::read(wakeup_, &ignored, sizeof ignored);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (wanted[i + 1].revents != 0) read_from(lines_[i], notices);
  }
  return notices;
}

}  // namespace ember::ranks
