#include "net/socket_table.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/http_client.hpp"

namespace ember::net {

SocketTable::SocketTable() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ >= 0) return;
  throw HttpError(HttpErrorKind::internal,
                  std::string("can not start the HTTP client: ") + std::strerror(errno));
}

SocketTable::~SocketTable() {
  close(epoll_);
}

void SocketTable::opened(int fd) {
  entry(fd) = Entry{.is_connection = true};
}

void SocketTable::closed(int fd) {
  entry(fd) = Entry{};
}  // Closing took it out of epoll.

void SocketTable::watch(int fd, std::uint32_t events, TransferGroup& group) {
  Entry& known = entry(fd);
  known.group = &group;
  if (known.registered == events) return;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  const bool is_new = known.registered == 0;
  if (epoll_ctl(epoll_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0) {
    // Descriptors that the transport opens for itself come and go unseen: the kernel knows better than the
    // table.
    epoll_ctl(epoll_, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  }
  known.registered = events;
}

void SocketTable::unwatch(int fd) {
  Entry& known = entry(fd);
  known.group = nullptr;
  if (!known.is_connection || known.registered != EPOLLIN) forget(fd, known);
}

TransferGroup* SocketTable::group_of(int fd) {
  Entry& known = entry(fd);
  if (known.group == nullptr) forget(fd, known);
  return known.group;
}

SocketTable::Entry& SocketTable::entry(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= entries_.size()) entries_.resize(index + 64);
  return entries_[index];
}

void SocketTable::forget(int fd, Entry& known) {
  if (known.registered == 0) return;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  known.registered = 0;
}

}  // namespace ember::net
