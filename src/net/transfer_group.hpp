// TransferGroup: one multi handle and the transfers it drives. A client has several on its one I/O thread,
// because what one transfer costs grows with the number of transfers beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <ember/clock.hpp>

#include "net/curl_handles.hpp"

namespace ember::net {

class SocketTable;
class Transfer;

class TransferGroup {
 public:
  struct Ended {
    Transfer* transfer;
    CURLcode code;
  };

  /// Keeps at most `max_idle_connections` idle ones for reuse.
  TransferGroup(SocketTable& sockets, std::size_t max_idle_connections);
  TransferGroup(const TransferGroup&) = delete;
  TransferGroup& operator=(const TransferGroup&) = delete;

  /// Returns false when the transport refuses the transfer.
  bool add(Transfer& transfer);
  void remove(Transfer& transfer);
  void on_socket_event(int fd, std::uint32_t events);
  /// Does what is due by the transport's own timers.
  void on_time();
  /// Appends the transfers that ended since the last call; they are still to be removed.
  void collect(std::vector<Ended>& ended);

  /// When `on_time` is due.
  [[nodiscard]] TimePoint wake_time() const noexcept { return wake_time_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  bool is_touched = false;  ///< Kept by the loop: something may have ended.

 private:
  static int on_watch(CURL* easy, curl_socket_t fd, int what, void* self, void* socket_data);
  static int on_timer(CURLM* multi, long milliseconds, void* self);

  SocketTable& sockets_;
  CurlMultiPtr multi_;
  TimePoint wake_time_ = TimePoint::max();
  std::size_t size_ = 0;
};

}  // namespace ember::net
