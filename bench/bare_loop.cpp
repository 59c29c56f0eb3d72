#include "bare_loop.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include "net/open_files.hpp"

namespace ember::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

struct Multi {
  CURLM* handle;
  int epoll;
  std::vector<Multi*>* owners;
  Time wake = Time::max();
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

int watch(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto* multi = static_cast<Multi*>(self);
  Multi*& owner = (*multi->owners)[static_cast<std::size_t>(fd)];
  epoll_event event{};
  event.data.fd = fd;
  event.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  const int action = what == CURL_POLL_REMOVE ? EPOLL_CTL_DEL
                     : owner != nullptr       ? EPOLL_CTL_MOD
                                              : EPOLL_CTL_ADD;
  owner = what == CURL_POLL_REMOVE ? nullptr : multi;
  return epoll_ctl(multi->epoll, action, fd, &event), 0;
}

int set_timer(CURLM*, long milliseconds, void* self) {
  static_cast<Multi*>(self)->wake =
      milliseconds < 0 ? Time::max()
                       : std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

class BareLoop {
 public:
  BareLoop(const RequestLoad& load, std::size_t transfers_per_handle)
      : load_(load), texts_(load.in_flight), owners_(1'000'000) {
    headers_ = curl_slist_append(headers_, "Content-Type: application/json");
    headers_ = curl_slist_append(headers_, "Authorization: Bearer none");
    for (std::size_t i = 0; i * transfers_per_handle < load.in_flight; ++i) add_multi(transfers_per_handle);
  }

  std::size_t run() {
    while (ended_ < load_.requests) {
      open_some();
      wait_for_events(look_at_multis());
    }
    return succeeded_;
  }

 private:
  /// Opens the first requests bit by bit: a listener's queue holds a few thousand connections, and who finds
  /// it full waits for seconds.
  void open_some() {
    constexpr std::size_t bit = 100;
    const Time now = std::chrono::steady_clock::now();
    if (opened_ == load_.in_flight || now < next_opening_) return;
    next_opening_ = now + std::chrono::milliseconds(5);
    const std::size_t end = std::min(opened_ + bit, load_.in_flight);
    for (; opened_ < end; ++opened_) {
      if (started_++ < load_.requests)
        add_request(opened_, *multis_[opened_ * multis_.size() / load_.in_flight]);
    }
  }

  void add_multi(std::size_t transfers) {
    auto& multi = *multis_.emplace_back(std::make_unique<Multi>(Multi{curl_multi_init(), epoll_, &owners_}));
    curl_multi_setopt(multi.handle, CURLMOPT_SOCKETFUNCTION, &watch);
    curl_multi_setopt(multi.handle, CURLMOPT_SOCKETDATA, &multi);
    curl_multi_setopt(multi.handle, CURLMOPT_TIMERFUNCTION, &set_timer);
    curl_multi_setopt(multi.handle, CURLMOPT_TIMERDATA, &multi);
    curl_multi_setopt(multi.handle, CURLMOPT_MAXCONNECTS, static_cast<long>(transfers));
  }

  void add_request(std::size_t number, const Multi& multi) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, load_.url.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, load_.body.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &texts_[number]);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &texts_[number]);
    curl_multi_add_handle(multi.handle, easy);
  }

  /// Fires timers and takes what has ended. Returns when to look again.
  Time look_at_multis() {
    const Time now = std::chrono::steady_clock::now();
    Time next = opened_ < load_.in_flight ? next_opening_ : now + std::chrono::seconds(1);
    int running = 0;
    for (const auto& multi : multis_) {
      if (multi->wake <= now) {
        multi->wake = Time::max();
        curl_multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running);
      }
      next = std::min(next, multi->wake);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi->handle, &left)) {
        if (finish(*multi, *message)) next = now;
      }
    }
    return next;
  }

  /// Returns true when another request took the place of the one that ended.
  bool finish(const Multi& multi, const CURLMsg& message) {
    CURL* easy = message.easy_handle;
    long status = 0;
    char* text = nullptr;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &text);
    static_cast<std::string*>(static_cast<void*>(text))->clear();
    if (message.data.result == CURLE_OK && status == 200) ++succeeded_;
    ++ended_;
    curl_multi_remove_handle(multi.handle, easy);
    if (started_ >= load_.requests) return false;
    ++started_;
    curl_multi_add_handle(multi.handle, easy);
    return true;
  }

  void wait_for_events(Time until) {
    std::array<epoll_event, 256> events;
    const auto left = until - std::chrono::steady_clock::now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::max<decltype(wait)>(wait, 0)));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const Multi* owner = owners_[static_cast<std::size_t>(event.data.fd)];
      if (owner == nullptr) continue;
      const int bits = ((event.events & ~EPOLLOUT) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
      int running = 0;
      curl_multi_socket_action(owner->handle, event.data.fd, bits, &running);
    }
  }

  const RequestLoad& load_;
  std::vector<std::string> texts_;
  int epoll_ = epoll_create1(0);
  std::vector<Multi*> owners_;
  std::vector<std::unique_ptr<Multi>> multis_;
  curl_slist* headers_ = nullptr;
  std::size_t opened_ = 0;
  Time next_opening_ = Time::min();
  std::size_t started_ = 0;
  std::size_t ended_ = 0;
  std::size_t succeeded_ = 0;
};

}  // namespace

std::size_t run_bare_loop(const RequestLoad& load, std::size_t transfers_per_handle) {
  net::raise_open_files_limit();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return BareLoop(load, transfers_per_handle).run();
}

}  // namespace ember::bench
