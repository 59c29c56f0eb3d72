// Many requests at once, from many threads, stopped and destroyed in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "net/fetch.hpp"
#include "net/http_client.hpp"
#include "support/raw_server.hpp"

namespace ember::net {
namespace {

using ember::testing::http_response;
using ember::testing::RawConnection;
using ember::testing::RawServer;

void echo(RawConnection& connection) {
  for (std::string request = connection.read_request(); !request.empty();
       request = connection.read_request()) {
    connection.send(http_response(request.substr(0, request.find(" HTTP"))));
  }
}

// Answers only when `count` requests are there at once.
RawServer::Script answers_together(std::size_t count) {
  return [count](RawServer& server) {
    std::vector<RawConnection*> connections;
    while (connections.size() < count) {
      RawConnection* connection = server.accept();
      if (connection == nullptr) return;
      connections.push_back(connection);
    }
    for (RawConnection* connection : connections) {
      const std::string request = connection->read_request();
      connection->send(http_response(request.substr(0, request.find(" HTTP"))));
    }
  };
}

class SilentServer {
 public:
  /// Waits until `count` requests have come.
  void wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_ >= count; });
  }
  RawServer& raw() { return server_; }

 private:
  void handle(RawConnection& connection) {
    if (connection.read_request().empty()) return;
    {
      const std::lock_guard lock(mutex_);
      ++requests_;
    }
    changed_.notify_all();
    connection.wait_until_closed();
    ++closed;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t requests_ = 0;

 public:
  std::atomic<std::size_t> closed{0};

 private:
  RawServer server_ = RawServer::per_connection([this](RawConnection& connection) { handle(connection); });
};

void expect_echoes(HttpClient& client, RawServer& server, std::size_t count,
                   std::string_view host = "127.0.0.1") {
  std::vector<std::future<Outcome>> outcomes;
  for (std::size_t i = 0; i < count; ++i) {
    outcomes.push_back(start(client, {.url = server.url("/" + std::to_string(i), host)}));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Outcome outcome = outcomes[i].get();
    ASSERT_EQ(kind_of(outcome), "response") << message_of(outcome.error());
    ASSERT_EQ(outcome.value().body, "GET /" + std::to_string(i));
  }
}

TEST(HttpConcurrency, two_thousand_requests_at_once) {
  RawServer server(answers_together(2000));
  HttpClient client;
  expect_echoes(client, server, 2000);
  EXPECT_EQ(client.stats().connections, 2000u);
}

std::size_t thread_count() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST(HttpConcurrency, a_host_name_costs_few_threads) {
  std::size_t most_threads = 0;
  const std::size_t before = thread_count();
  RawServer server([&](RawServer& self) {
    std::vector<RawConnection*> connections;
    while (connections.size() < 500) {
      connections.push_back(self.accept());
      if (connections.back() == nullptr) return;
      most_threads = std::max(most_threads, thread_count());
    }
    for (RawConnection* connection : connections) {
      const std::string request = connection->read_request();
      connection->send(http_response(request.substr(0, request.find(" HTTP"))));
    }
  });
  HttpClient client;
  expect_echoes(client, server, 500, "localhost");
  EXPECT_LE(most_threads, before + 2 + 4);  // The server's, the client's and the look-ups.
}

TEST(HttpConcurrency, more_requests_than_may_be_in_flight_take_turns) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client({.transfers_per_handle = 3, .max_in_flight = 8});
  expect_echoes(client, server, 200);
  EXPECT_LE(server.connections(), 8u);
}

TEST(HttpConcurrency, threads_share_a_client) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client({.max_in_flight = 32});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { expect_echoes(client, server, 50); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(client.stats().requests, 400u);
  EXPECT_EQ(client.stats().in_flight, 0u);
}

TEST(HttpConcurrency, a_stop_request_ends_transfers_at_once) {
  SilentServer server;
  HttpClient client;
  std::stop_source source;
  const Context context(Clock::real(), TimePoint::max(), source.get_token());
  std::vector<std::future<Outcome>> outcomes;
  for (int i = 0; i < 50; ++i) outcomes.push_back(start(client, {.url = server.raw().url()}, context));
  server.wait_for_requests(50);
  source.request_stop();
  for (auto& outcome : outcomes) {
    const HttpError error = error_of(outcome.get());
    EXPECT_EQ(error.kind(), HttpErrorKind::stopped);
    EXPECT_EQ(error.code(), Errc::execution_stopped);
    EXPECT_FALSE(error.is_transient());
  }
  while (server.closed < 50) std::this_thread::yield();  // The sockets are closed, too.
}

TEST(HttpConcurrency, a_request_that_was_stopped_before_opens_no_connection) {
  HttpClient client;
  std::stop_source source;
  source.request_stop();
  const Context context(Clock::real(), TimePoint::max(), source.get_token());
  EXPECT_EQ(kind_of(fetch(client, {.url = "http://127.0.0.1:1/"}, context)), "stopped");
  EXPECT_EQ(client.stats().connections, 0u);
}

TEST(HttpConcurrency, stops_reach_requests_that_wait_their_turn) {
  SilentServer server;
  HttpClient client({.max_in_flight = 1});
  std::stop_source source;
  auto first = start(client, {.url = server.raw().url()});
  server.wait_for_requests(1);
  auto stopped = start(client, {.url = server.raw().url()},
                       Context(Clock::real(), TimePoint::max(), source.get_token()));
  auto late =
      start(client, {.url = server.raw().url()},
            Context().with_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(20)));
  source.request_stop();
  EXPECT_EQ(kind_of(stopped.get()), "stopped");
  EXPECT_EQ(kind_of(late.get()), "timeout");
  EXPECT_EQ(client.stats().in_flight, 1u);
}

TEST(HttpConcurrency, stops_race_with_responses) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client({.max_in_flight = 16});
  for (int round = 0; round < 20; ++round) {
    std::stop_source source;
    const Context context(Clock::real(), TimePoint::max(), source.get_token());
    std::vector<std::future<Outcome>> outcomes;
    for (int i = 0; i < 30; ++i) outcomes.push_back(start(client, {.url = server.url("/x")}, context));
    outcomes[static_cast<std::size_t>(round)].wait();
    source.request_stop();
    for (auto& outcome : outcomes) {
      const Outcome result = outcome.get();
      EXPECT_TRUE(result.has_value() || kind_of(result) == "stopped") << kind_of(result);
    }
  }
}

TEST(HttpConcurrency, destruction_ends_what_is_in_flight) {
  SilentServer server;
  std::vector<std::future<Outcome>> outcomes;
  {
    HttpClient client({.max_in_flight = 30});
    for (int i = 0; i < 50; ++i) outcomes.push_back(start(client, {.url = server.raw().url()}));
    server.wait_for_requests(30);
  }
  for (auto& outcome : outcomes) EXPECT_EQ(kind_of(outcome.get()), "stopped");
}

TEST(HttpConcurrency, destruction_may_come_before_the_first_byte) {
  SilentServer server;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::future<Outcome>> outcomes;
    {
      HttpClient client;
      for (int i = 0; i < 5; ++i)
        outcomes.push_back(start(client, {.url = server.raw().url("/", "localhost")}));
    }
    for (auto& outcome : outcomes) EXPECT_EQ(kind_of(outcome.get()), "stopped");
  }
}

}  // namespace
}  // namespace ember::net
