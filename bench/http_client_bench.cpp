// What does one HTTP request cost with ten thousand in flight? HttpClient beside a bare libcurl-multi loop
// over epoll that does the same requests. Each runs in a process of its own against the same server.
//   http_client_bench [IN_FLIGHT [REQUESTS [LATENCY_MS]]]
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <future>
#include <string>

#include "bare_loop.hpp"
#include "latency_server.hpp"
#include "measured_process.hpp"
#include "net/http_client.hpp"
#include "net/open_files.hpp"

namespace {

using ember::bench::Outcome;
using ember::bench::RequestLoad;

Outcome run_client(const RequestLoad& load, std::size_t transfers_per_handle) {
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
                 .body = load.body},
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
  return {succeeded};
}

}  // namespace

int main(int count, char** arguments) {
  const auto argument = [&](int index, std::size_t standard) {
    return count > index ? std::strtoul(arguments[index], nullptr, 10) : standard;
  };
  RequestLoad load;
  load.in_flight = argument(1, 10000);
  load.requests = argument(2, 3 * load.in_flight);
  load.body = R"({"model":"m","messages":[{"role":"user","content":")" + std::string(200, 'q') + R"("}]})";
  ember::net::raise_open_files_limit();
  ember::bench::LatencyServer server{std::chrono::milliseconds(argument(3, 1000))};
  load.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1/chat/completions";
  const pid_t child = fork();
  if (child == 0) server.run();
  for (const std::size_t handle :
       {std::size_t{250}, std::size_t{1000}}) {  // All on one costs ten times as much.
    const std::string suffix = ", " + std::to_string(handle) + " a handle";
    print(("HttpClient" + suffix).c_str(), measured_in_child(load, [&] { return run_client(load, handle); }));
    print(("bare loop" + suffix).c_str(),
          measured_in_child(load, [&]() -> Outcome { return {run_bare_loop(load, handle)}; }));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}
