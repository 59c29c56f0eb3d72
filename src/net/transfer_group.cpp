#include "net/transfer_group.hpp"

#include <sys/epoll.h>

#include <chrono>
#include <new>

#include "net/socket_table.hpp"
#include "net/transfer.hpp"

namespace ember::net {

TransferGroup::TransferGroup(SocketTable& sockets, std::size_t max_idle_connections)
    : sockets_(sockets), multi_(curl_multi_init()) {
  if (!multi_) throw std::bad_alloc();
  CURLM* multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &TransferGroup::on_watch);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &TransferGroup::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(max_idle_connections));
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
}

bool TransferGroup::add(Transfer& transfer) {
  if (curl_multi_add_handle(multi_.get(), transfer.easy()) != CURLM_OK) return false;
  ++size_;
  return true;
}

void TransferGroup::remove(Transfer& transfer) {
  curl_multi_remove_handle(multi_.get(), transfer.easy());
  --size_;
}

void TransferGroup::on_socket_event(int fd, std::uint32_t events) {
  // An error shows as readable and writable: the read or write that follows tells which error it is.
  int ready = 0;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) ready |= CURL_CSELECT_IN;
  if ((events & (EPOLLOUT | EPOLLERR)) != 0) ready |= CURL_CSELECT_OUT;
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, ready, &running);
}

void TransferGroup::on_time() {
  wake_time_ = TimePoint::max();
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

void TransferGroup::collect(std::vector<Ended>& ended) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    ended.push_back({static_cast<Transfer*>(static_cast<void*>(transfer)), message->data.result});
  }
}

int TransferGroup::on_watch(CURL* /*easy*/, curl_socket_t fd, int what, void* self, void* /*socket_data*/) {
  auto& group = *static_cast<TransferGroup*>(self);
  if (what == CURL_POLL_REMOVE) {
    group.sockets_.unwatch(fd);
  } else {
    const std::uint32_t in = (what & CURL_POLL_IN) != 0 ? std::uint32_t{EPOLLIN} : 0;
    const std::uint32_t out = (what & CURL_POLL_OUT) != 0 ? std::uint32_t{EPOLLOUT} : 0;
    group.sockets_.watch(fd, in | out, group);
  }
  return 0;
}

int TransferGroup::on_timer(CURLM* /*multi*/, long milliseconds, void* self) {
  auto& group = *static_cast<TransferGroup*>(self);
  group.wake_time_ = milliseconds < 0
                         ? TimePoint::max()
                         : std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

}  // namespace ember::net
