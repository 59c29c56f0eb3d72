// HttpLoop: the I/O thread of a client. Other threads only put things into its inbox and wake it; everything
// else happens on the thread itself, without locks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <ember/clock.hpp>

#include "net/curl_handles.hpp"
#include "net/host_gate.hpp"
#include "net/http_client.hpp"
#include "net/socket_table.hpp"
#include "net/transfer.hpp"
#include "net/transfer_group.hpp"

namespace ember::net {

class HttpLoop final : private TransferObserver {
 public:
  /// Starts the thread. Throws HttpError when it can not.
  explicit HttpLoop(HttpClientOptions options);
  /// Completes everything with `stopped`, then joins the thread.
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  /// Any thread.
  void submit(Submission submission);
  [[nodiscard]] HttpClientStats stats() const noexcept;
  /// Halts the thread where it is, for the rest of the process. Waits a moment for it, not for any request.
  void park() noexcept;

 private:
  /// One use of a transfer: by the time somebody comes back to it, the transfer may serve another request.
  struct Use {
    Transfer* transfer;
    std::uint64_t serial;
    [[nodiscard]] bool is_current() const noexcept { return transfer->serial == serial; }
  };
  struct Inbox {
    std::vector<Submission> submissions;
    std::vector<Use> stops;
    bool is_closing = false;
    bool is_parked = false;
    bool is_woken = false;
  };
  using Outcome = Result<HttpResponse>;

  void has_address(Transfer& transfer, bool was_looked_up) override;

  // Any thread.
  template <class Put>
  void post(Put put);

  // The thread.
  void run();
  bool read_inbox();
  void accept(Submission submission);
  void stop(const Use& use);
  void start_queued();
  void start_released();
  void start(Transfer& transfer);
  void activate(Transfer& transfer);
  void release(const std::vector<Transfer*>& transfers, bool are_lookups);
  void run_timers();
  void set_timer(Transfer& transfer, TimePoint now);
  void handle_ended();
  void wait_and_handle();
  // Hands the outcome over. Keeps no reference to its exception, which belongs to the receiver's thread from
  // then on.
  void complete(Transfer& transfer, Outcome outcome, CURLcode code = CURLE_OK);
  void leave_gate(Transfer& transfer, CURLcode code);
  void stop_everything();
  [[noreturn]] void halt();
  [[nodiscard]] int wait_milliseconds() const;
  [[nodiscard]] bool has_room() const noexcept { return active_ < max_in_flight_; }
  TransferGroup& group_with_room();
  Transfer& idle_transfer();

  const HttpClientOptions options_;
  std::size_t max_in_flight_;
  SocketTable sockets_;  // Outlives the groups: closing a connection reports to it.
  int wake_fd_;
  CurlSharePtr share_;
  TransferSettings settings_;
  HostGate gate_;

  std::mutex mutex_;
  Inbox inbox_;
  bool is_halted_ = false;
  std::condition_variable halted_;
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> completed_{0};
  std::atomic<std::size_t> connections_{0};

  bool has_own_post_ = false;  // The inbox got something from this very thread, which needs no waking.
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> idle_;
  std::deque<Use> queue_;
  std::vector<Use> released_;
  std::vector<std::unique_ptr<TransferGroup>> groups_;
  std::multimap<TimePoint, Transfer*> timers_;
  std::vector<TransferGroup::Ended> ended_;
  std::size_t active_ = 0;
  std::thread thread_;
};

}  // namespace ember::net
