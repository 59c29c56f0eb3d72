// SocketTable: which sockets the I/O thread's epoll watches, and for whom.
#pragma once

#include <cstdint>
#include <vector>

namespace ember::net {

class TransferGroup;

/// Keeps epoll in line with what the transport wants. A connection that goes idle stays registered: most are
/// used again at once, which saves two system calls a request. One that stirs while idle is then taken out.
class SocketTable {
 public:
  /// Throws HttpError when the process has no descriptor left.
  SocketTable();
  ~SocketTable();
  SocketTable(const SocketTable&) = delete;
  SocketTable& operator=(const SocketTable&) = delete;

  [[nodiscard]] int epoll() const noexcept { return epoll_; }

  /// A descriptor was opened for a connection: what was known of its number is void. It will end by `closed`.
  void opened(int fd);
  void closed(int fd);
  /// `group` waits for `events` of `fd`.
  void watch(int fd, std::uint32_t events, TransferGroup& group);
  /// Nobody waits for `fd` any more.
  void unwatch(int fd);
  /// The group to tell about an event of `fd`; null when nobody waits for it.
  TransferGroup* group_of(int fd);

 private:
  struct Entry {
    std::uint32_t registered = 0;
    bool is_connection = false;
    TransferGroup* group = nullptr;
  };

  Entry& entry(int fd);
  void forget(int fd, Entry& entry);

  int epoll_;
  std::vector<Entry> entries_;
};

}  // namespace ember::net
