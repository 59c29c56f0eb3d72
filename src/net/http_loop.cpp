#include "net/http_loop.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <utility>

#include <ember/log.hpp>

#include "net/http_failure.hpp"
#include "net/open_files.hpp"

namespace ember::net {
namespace {

constexpr std::size_t kept_handles = 1024;  // Idle transfers beyond these give their handles back.

TimePoint now() {
  return std::chrono::steady_clock::now();
}

std::string ca_file_of(const HttpClientOptions& options) {
  if (!options.ca_file.empty()) return options.ca_file;
  const char* file = std::getenv("SSL_CERT_FILE");
  return file == nullptr ? "" : file;
}

CURLSH* new_share() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLSH* share = started == CURLE_OK ? curl_share_init() : nullptr;
  if (share == nullptr)
    throw HttpError(HttpErrorKind::internal, "can not start the HTTP client: no transport");
  curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return share;
}

int new_wake_descriptor(int epoll) {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // Each write is an event: nobody needs to read.
  event.data.fd = fd;
  if (fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0) return fd;
  throw HttpError(HttpErrorKind::internal,
                  std::string("can not start the HTTP client: ") + std::strerror(errno));
}

// Signals belong to the threads of the application.
std::thread without_signals(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread.native_handle(), "ember-http");
  return thread;
}

std::size_t in_flight_limit(const HttpClientOptions& options) {
  if (options.raise_open_files_limit) raise_open_files_limit();
  return options.max_in_flight > 0 ? options.max_in_flight : sockets_within_limit();
}

std::exception_ptr stopped_error(const Url& url, const char* why) {
  return http_error(HttpErrorKind::stopped, "the request to " + url.host_and_port() + " was stopped: " + why);
}

}  // namespace

HttpLoop::HttpLoop(HttpClientOptions options)
    : options_(std::move(options)),
      max_in_flight_(in_flight_limit(options_)),
      share_(new_share()),
      settings_{ca_file_of(options_), options_.allow_http2, share_.get(), &sockets_} {
  wake_fd_ = new_wake_descriptor(sockets_.epoll());
  thread_ = without_signals([this] { run(); });
}

HttpLoop::~HttpLoop() {
  post([](Inbox& inbox) { inbox.is_closing = true; });
  thread_.join();
  close(wake_fd_);
}

// Any thread
// ----------------------------------------------------------------------------------------------------------

template <class Put>
void HttpLoop::post(Put put) {
  const bool is_own = std::this_thread::get_id() == thread_.get_id();
  {
    const std::lock_guard lock(mutex_);
    put(inbox_);
    if (std::exchange(inbox_.is_woken, true)) return;
  }
  if (is_own) {
    has_own_post_ = true;
    return;
  }
  const std::uint64_t one = 1;
  static_cast<void>(!write(wake_fd_, &one, sizeof one));  // Can only fail on a full counter, which is awake.
}

void HttpLoop::submit(Submission submission) {
  requests_.fetch_add(1, std::memory_order_relaxed);
  post([&](Inbox& inbox) { inbox.submissions.push_back(std::move(submission)); });
}

HttpClientStats HttpLoop::stats() const noexcept {
  const std::size_t completed = completed_.load();  // Before the requests: the difference is never negative.
  const std::size_t requests = requests_.load();
  return {requests, connections_.load(), requests - completed};
}

void HttpLoop::park() noexcept {
  if (std::this_thread::get_id() == thread_.get_id()) return;
  post([](Inbox& inbox) { inbox.is_parked = true; });
  std::unique_lock lock(mutex_);
  halted_.wait_for(lock, std::chrono::milliseconds(200), [this] { return is_halted_; });
}

// The thread
// ----------------------------------------------------------------------------------------------------------

void HttpLoop::run() {
  while (read_inbox()) {
    start_queued();
    start_released();
    run_timers();
    handle_ended();
    wait_and_handle();
  }
  stop_everything();
}

bool HttpLoop::read_inbox() {
  Inbox inbox;
  {
    const std::lock_guard lock(mutex_);
    if (!inbox_.is_woken) return true;
    inbox = std::exchange(inbox_, {});
  }
  has_own_post_ = false;
  if (inbox.is_parked) halt();
  for (Submission& submission : inbox.submissions) accept(std::move(submission));
  for (const Use& use : inbox.stops) stop(use);
  return !inbox.is_closing;
}

void HttpLoop::halt() {
  {
    const std::lock_guard lock(mutex_);
    is_halted_ = true;
  }
  halted_.notify_all();
  for (;;) pause();
}

void HttpLoop::accept(Submission submission) {
  Transfer& transfer = idle_transfer();
  transfer.accept(std::move(submission));
  transfer.state = Transfer::State::queued;
  const TimePoint time = now();
  if (std::exception_ptr error = transfer.overdue(time)) return complete(transfer, std::move(error));
  if (transfer.stop_token().stop_possible()) {
    const Use use{&transfer, transfer.serial};
    transfer.on_stop.emplace(transfer.stop_token(),
                             [this, use] { post([use](Inbox& inbox) { inbox.stops.push_back(use); }); });
  }
  set_timer(transfer, time);
  queue_.push_back({&transfer, transfer.serial});
}

void HttpLoop::stop(const Use& use) {
  if (use.is_current())
    complete(*use.transfer, stopped_error(use.transfer->url(), "its result is no longer wanted"));
}

void HttpLoop::start_queued() {
  while (!queue_.empty() && has_room()) {
    const Use use = queue_.front();
    queue_.pop_front();
    if (use.is_current() && !use.transfer->stop_token().stop_requested()) start(*use.transfer);
  }
}

void HttpLoop::start_released() {
  for (const Use& use : std::exchange(released_, {})) {
    if (!use.is_current()) continue;
    if (has_room() || use.transfer->is_lookup) {
      activate(*use.transfer);
    } else {
      use.transfer->state = Transfer::State::queued;
      queue_.push_back(use);
    }
  }
}

void HttpLoop::start(Transfer& transfer) {
  if (!transfer.url().is_address()) {
    const HostGate::Entry entry = gate_.enter(transfer.url().host, transfer, now());
    transfer.is_lookup = entry == HostGate::Entry::lookup;
    if (entry == HostGate::Entry::wait) {
      transfer.state = Transfer::State::gated;
      return;
    }
  }
  activate(transfer);
}

void HttpLoop::activate(Transfer& transfer) {
  std::exception_ptr failure;
  try {
    transfer.prepare();
    TransferGroup& group = group_with_room();
    if (!group.add(transfer)) throw std::runtime_error("the transport refuses it");
    transfer.state = Transfer::State::active;
    transfer.group = &group;
    ++active_;
  } catch (const HttpError& error) {
    failure = http_error(error.kind(), error.what());
  } catch (const std::exception& error) {
    const std::string where = transfer.url().host_and_port();
    failure =
        http_error(HttpErrorKind::internal, "can not start the request to " + where + ": " + error.what());
  }
  if (failure) complete(transfer, std::move(failure));
}

void HttpLoop::has_address(Transfer& transfer, bool was_looked_up) {
  if (!std::exchange(transfer.is_lookup, false)) return;
  const std::string& host = transfer.url().host;
  release(was_looked_up ? gate_.resolved(host, now()) : gate_.passed(host), !was_looked_up);
}

void HttpLoop::release(const std::vector<Transfer*>& transfers, bool are_lookups) {
  for (Transfer* transfer : transfers) {
    transfer->is_lookup = are_lookups;
    released_.push_back({transfer, transfer->serial});
  }
}

void HttpLoop::run_timers() {
  const TimePoint time = now();
  for (const auto& group : groups_) {
    if (group->wake_time() > time) continue;
    group->on_time();
    group->is_touched = true;
  }
  while (!timers_.empty() && timers_.begin()->first <= time) {
    Transfer& transfer = *timers_.begin()->second;
    timers_.erase(timers_.begin());
    transfer.timer.reset();
    if (std::exception_ptr error = transfer.overdue(time)) {
      complete(transfer, std::move(error));
    } else {
      set_timer(transfer, time);
    }
  }
}

void HttpLoop::set_timer(Transfer& transfer, TimePoint time) {
  const TimePoint next = transfer.next_check(time);
  if (next != TimePoint::max()) transfer.timer = timers_.emplace(next, &transfer);
}

void HttpLoop::handle_ended() {
  for (const auto& group : groups_) {
    if (std::exchange(group->is_touched, false)) group->collect(ended_);
  }
  for (const TransferGroup::Ended& ended : std::exchange(ended_, {})) {
    complete(*ended.transfer, ended.transfer->end(ended.code), ended.code);
  }
}

void HttpLoop::wait_and_handle() {
  std::array<epoll_event, 256> events;
  const int count =
      epoll_wait(sockets_.epoll(), events.data(), static_cast<int>(events.size()), wait_milliseconds());
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_fd_) continue;
    TransferGroup* group = sockets_.group_of(event.data.fd);
    if (group == nullptr) continue;
    group->on_socket_event(event.data.fd, event.events);
    group->is_touched = true;
  }
}

int HttpLoop::wait_milliseconds() const {
  if (has_own_post_ || !released_.empty() || (!queue_.empty() && has_room())) return 0;
  TimePoint next = timers_.empty() ? TimePoint::max() : timers_.begin()->first;
  for (const auto& group : groups_) {
    if (group->is_touched) return 0;
    next = std::min(next, group->wake_time());
  }
  if (next == TimePoint::max()) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now()).count();
  return static_cast<int>(std::clamp<decltype(wait)>(wait, 0, INT_MAX));
}

void HttpLoop::complete(Transfer& transfer, Outcome outcome, CURLcode code) {
  if (transfer.timer) timers_.erase(*transfer.timer);
  transfer.timer.reset();
  if (transfer.state == Transfer::State::active) {
    long opened = 0;
    curl_easy_getinfo(transfer.easy(), CURLINFO_NUM_CONNECTS, &opened);
    connections_.fetch_add(static_cast<std::size_t>(opened), std::memory_order_relaxed);
    transfer.group->remove(transfer);
    transfer.group->is_touched = true;  // Others may have waited for this one's connection.
    --active_;
  }
  leave_gate(transfer, code);
  const HttpClient::Done done = transfer.finish();
  if (idle_.size() >= kept_handles) transfer.shrink();
  idle_.push_back(&transfer);
  completed_.fetch_add(1, std::memory_order_relaxed);
  try {
    done(std::move(outcome));
  } catch (...) {
    log(LogLevel::error, "the receiver of an HTTP response threw: " + message_of(std::current_exception()));
  }
}

void HttpLoop::leave_gate(Transfer& transfer, CURLcode code) {
  const std::string& host = transfer.url().host;
  if (transfer.state == Transfer::State::gated && !transfer.is_lookup) gate_.leave(host, transfer);
  if (!std::exchange(transfer.is_lookup, false)) return;
  const bool has_no_address = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY;
  if (!has_no_address) return release(gate_.passed(host), true);
  for (Transfer* other : gate_.failed(host)) {
    other->state = Transfer::State::queued;  // It stands behind the gate no longer.
    complete(*other, other->end(code));      // Each with an error of its own: receivers may add to it.
  }
}

void HttpLoop::stop_everything() {
  for (;;) {
    for (std::size_t i = 0; i < transfers_.size(); ++i) {  // Callbacks do not add to it.
      Transfer& transfer = *transfers_[i];
      if (transfer.state != Transfer::State::idle) {
        complete(transfer, stopped_error(transfer.url(), "the HTTP client ends"));
      }
    }
    read_inbox();
    if (transfers_.size() == idle_.size()) return;
  }
}

TransferGroup& HttpLoop::group_with_room() {
  for (const auto& group : groups_) {
    if (group->size() < options_.transfers_per_handle) return *group;
  }
  const std::size_t connections =
      std::max<std::size_t>(1, std::min(options_.transfers_per_handle, max_in_flight_));
  return *groups_.emplace_back(std::make_unique<TransferGroup>(sockets_, connections));
}

Transfer& HttpLoop::idle_transfer() {
  if (idle_.empty()) {
    idle_.push_back(
        transfers_.emplace_back(std::make_unique<Transfer>(settings_, static_cast<TransferObserver&>(*this)))
            .get());
  }
  Transfer& transfer = *idle_.back();
  idle_.pop_back();
  return transfer;
}

}  // namespace ember::net
