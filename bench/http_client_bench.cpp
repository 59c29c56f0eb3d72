// What does one HTTP request cost with ten thousand in flight? HttpClient beside a bare libcurl-multi loop
// over epoll that does the same requests. Each runs in a process of its own against the same server.
//   http_client_bench [IN_FLIGHT [REQUESTS [LATENCY_MS]]]
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "latency_server.hpp"
#include "net/http_client.hpp"
#include "net/open_files.hpp"

namespace {

struct Load {
  std::string url;
  std::size_t in_flight = 10000;
  std::size_t requests = 30000;
};

const std::string body =
    R"({"model":"m","messages":[{"role":"user","content":")" + std::string(200, 'q') + R"("}]})";

// Our client
// -----------------------------------------------------------------------------------------------------------

std::size_t run_client(const Load& load, std::size_t transfers_per_handle) {
  ember::net::HttpClient client({.transfers_per_handle = transfers_per_handle});
  std::size_t started = 0;
  std::size_t ended = 0;
  std::size_t succeeded = 0;
  std::promise<void> all;
  std::function<void()> send = [&] {
    ++started;
    client.send({.method = "POST",
                 .url = load.url,
                 .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer none"}},
                 .body = body},
                {}, [&](const ember::Result<ember::net::HttpResponse>& outcome) {
                  if (outcome && outcome.value().status == 200) ++succeeded;
                  if (++ended == load.requests) return all.set_value();
                  if (started < load.requests) send();
                });
  };
  // The first request starts all others from the I/O thread, which alone touches the counters.
  client.send({.url = load.url}, {}, [&](const ember::Result<ember::net::HttpResponse>&) {
    for (std::size_t i = 0; i < load.in_flight; ++i) send();
  });
  all.get_future().wait();
  return succeeded;
}

// The bare loop
// ----------------------------------------------------------------------------------------------------------

struct Bare;

struct BareMulti {
  Bare* bare;
  CURLM* multi;
  std::size_t running = 0;
  std::chrono::steady_clock::time_point wake = std::chrono::steady_clock::time_point::max();
};

struct Bare {
  int epoll = epoll_create1(0);
  std::vector<BareMulti*> owners = std::vector<BareMulti*>(100000);
  std::vector<std::unique_ptr<BareMulti>> multis;
};

std::size_t discard(char* data, std::size_t size, std::size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

int bare_watch(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto* multi = static_cast<BareMulti*>(self);
  BareMulti*& owner = multi->bare->owners[static_cast<std::size_t>(fd)];
  epoll_event event{};
  event.data.fd = fd;
  event.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  const int action = what == CURL_POLL_REMOVE ? EPOLL_CTL_DEL
                     : owner != nullptr       ? EPOLL_CTL_MOD
                                              : EPOLL_CTL_ADD;
  owner = what == CURL_POLL_REMOVE ? nullptr : multi;
  return epoll_ctl(multi->bare->epoll, action, fd, &event), 0;
}

int bare_timer(CURLM*, long milliseconds, void* self) {
  const auto now = std::chrono::steady_clock::now();
  static_cast<BareMulti*>(self)->wake = milliseconds < 0 ? std::chrono::steady_clock::time_point::max()
                                                         : now + std::chrono::milliseconds(milliseconds);
  return 0;
}

CURL* bare_request(const Load& load, curl_slist* headers, std::string* text) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, load.url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &discard);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, text);
  return easy;
}

std::size_t run_bare(const Load& load, std::size_t transfers_per_handle) {
  ember::net::raise_open_files_limit();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Bare bare;
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Authorization: Bearer none");
  for (std::size_t i = 0; i * transfers_per_handle < load.in_flight; ++i) {
    auto& multi = *bare.multis.emplace_back(std::make_unique<BareMulti>(BareMulti{&bare, curl_multi_init()}));
    curl_multi_setopt(multi.multi, CURLMOPT_SOCKETFUNCTION, &bare_watch);
    curl_multi_setopt(multi.multi, CURLMOPT_SOCKETDATA, &multi);
    curl_multi_setopt(multi.multi, CURLMOPT_TIMERFUNCTION, &bare_timer);
    curl_multi_setopt(multi.multi, CURLMOPT_TIMERDATA, &multi);
    curl_multi_setopt(multi.multi, CURLMOPT_MAXCONNECTS, static_cast<long>(transfers_per_handle));
  }
  std::vector<std::string> texts(load.in_flight);
  for (std::size_t i = 0; i < load.in_flight; ++i) {
    CURL* easy = bare_request(load, headers, &texts[i]);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &texts[i]);
    curl_multi_add_handle(bare.multis[i / transfers_per_handle]->multi, easy);
  }
  std::size_t started = load.in_flight;
  std::size_t succeeded = 0;
  std::array<epoll_event, 256> events;
  for (std::size_t ended = 0; ended < load.requests;) {
    const auto now = std::chrono::steady_clock::now();
    auto next = now + std::chrono::seconds(1);
    int running = 0;
    for (const auto& multi : bare.multis) {
      if (multi->wake <= now) {
        multi->wake = std::chrono::steady_clock::time_point::max();
        curl_multi_socket_action(multi->multi, CURL_SOCKET_TIMEOUT, 0, &running);
      }
      next = std::min(next, multi->wake);
      int left = 0;
      while (CURLMsg* message = curl_multi_info_read(multi->multi, &left)) {
        CURL* easy = message->easy_handle;
        long status = 0;
        char* text = nullptr;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &text);
        static_cast<std::string*>(static_cast<void*>(text))->clear();
        if (message->data.result == CURLE_OK && status == 200) ++succeeded;
        ++ended;
        curl_multi_remove_handle(multi->multi, easy);
        if (started >= load.requests) continue;
        ++started;
        curl_multi_add_handle(multi->multi, easy);
        next = now;
      }
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
    const int count = epoll_wait(bare.epoll, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::max<decltype(wait)>(wait, 0)));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      BareMulti* owner = bare.owners[static_cast<std::size_t>(event.data.fd)];
      if (owner == nullptr) continue;
      const int bits = ((event.events & ~EPOLLOUT) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
      curl_multi_socket_action(owner->multi, event.data.fd, bits, &running);
    }
  }
  return succeeded;
}

// Measuring
// --------------------------------------------------------------------------------------------------------------

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// Runs in a process of its own, so that CPU time and memory are its own.
void measure(const char* name, const Load& load, const std::function<std::size_t()>& run) {
  std::fflush(stdout);
  if (fork() == 0) {
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    const std::size_t succeeded = run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    getrusage(RUSAGE_SELF, &after);
    const double user = seconds(after.ru_utime) - seconds(before.ru_utime);
    const double system = seconds(after.ru_stime) - seconds(before.ru_stime);
    const double requests = static_cast<double>(load.requests);
    std::printf("%-28s %6.1f us CPU (%5.1f user) %7.1f KiB peak each in flight %7.2f s  %zu of %zu ok\n",
                name, 1e6 * (user + system) / requests, 1e6 * user / requests,
                static_cast<double>(after.ru_maxrss - before.ru_maxrss) / static_cast<double>(load.in_flight),
                wall.count(), succeeded, load.requests);
    std::fflush(stdout);
    _exit(0);
  }
  wait(nullptr);
}

}  // namespace

int main(int count, char** arguments) {
  const auto argument = [&](int index, std::size_t standard) {
    return count > index ? std::strtoul(arguments[index], nullptr, 10) : standard;
  };
  Load load;
  load.in_flight = argument(1, 10000);
  load.requests = argument(2, 3 * load.in_flight);
  ember::net::raise_open_files_limit();
  ember::bench::LatencyServer server{std::chrono::milliseconds(argument(3, 1000))};
  load.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1/chat/completions";
  const pid_t child = fork();
  if (child == 0) server.run();
  for (const std::size_t handle :
       {std::size_t{250}, std::size_t{1000}}) {  // All on one costs ten times as much.
    const std::string suffix = ", " + std::to_string(handle) + " a handle";
    measure(("HttpClient" + suffix).c_str(), load, [&] { return run_client(load, handle); });
    measure(("bare loop" + suffix).c_str(), load, [&] { return run_bare(load, handle); });
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}
