// The link of a build with MPI: one thread makes all calls of MPI. While nothing is under way it sleeps until
// the other side rings or this side has something to send; MPI's own waiting would keep a core busy.
#include <mpi.h>

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <ember/log.hpp>

#include "ranks/lifelines.hpp"
#include "ranks/mpi_runtime.hpp"
#include "ranks/mpi_transfer.hpp"
#include "ranks/rank_link.hpp"

namespace ember::ranks {
namespace {

/// How long the thread looks again at once, for transfers that only get on while MPI is called.
constexpr int most_looks = 100;
constexpr std::int64_t shortest_sleep = 20'000;
constexpr std::int64_t longest_sleep = 500'000;
/// After how many sleeps the next ones are longer, while a message is on its way.
constexpr int looks_slow_transfer = 1000;
/// Without anything under way; a ring ends it.
constexpr std::int64_t idle_sleep = 100'000'000;

class MpiLink final : public RankLink {
 public:
  MpiLink(MPI_Comm comm, int rank, int size, std::unique_ptr<Lifelines> lines, LinkReceiver& receiver)
      : comm_(comm), lines_(std::move(lines)), receiver_(receiver) {
    for (int other = rank == 0 ? 1 : 0; other < (rank == 0 ? size : 1); ++other)
      peers_.emplace_back(comm, other);
    thread_ = std::thread([this] { run(); });
  }

  void send(int rank, Message message) override {
    {
      const std::lock_guard lock(mutex_);
      queued_.emplace_back(rank, std::move(message));
    }
    lines_->wake();
  }

  /// Sends what is queued, takes leave and ends the thread. Returns false when a rank has died.
  bool leave() {
    is_leaving_.store(true);
    lines_->wake();
    if (thread_.get_id() == std::this_thread::get_id()) {
      thread_.detach();
      return false;
    }
    thread_.join();
    return !has_lost_;
  }

 private:
  struct Peer {
    Peer(MPI_Comm comm, int rank) : receiving(comm, rank) {}
    Receiving receiving;
    std::uint64_t sent = 0;
    /// Messages that it does not know of yet.
    std::uint64_t unrung = 0;
    /// Messages that it has told of.
    std::uint64_t announced = 0;
    /// Told by its farewell: messages in all.
    std::optional<std::uint64_t> promised;
    bool has_ended = false;
    bool is_lost = false;
  };

  void run() noexcept {
    try {
      while (!is_over()) {
        bool has_moved = start_sending();
        has_moved |= finish_sending();
        has_moved |= receive();
        note_losses(has_moved);
        rest(has_moved);
      }
      for (Peer& peer : peers_) lines_->say_farewell(peer.receiving.rank(), peer.sent);
    } catch (const std::exception& error) {
      log(LogLevel::error, error.what());
      for (Peer& peer : peers_) lose(peer, true);
    }
  }

  /// All is sent, or to ranks that are lost.
  bool is_over() {
    if (!is_leaving_.load() || !sending_.empty()) return false;
    const std::lock_guard lock(mutex_);
    return queued_.empty();
  }

  bool start_sending() {
    std::deque<std::pair<int, Message>> queued;
    {
      const std::lock_guard lock(mutex_);
      queued.swap(queued_);
    }
    for (auto& [rank, message] : queued) {
      const int to = rank;
      const auto peer =
          std::find_if(peers_.begin(), peers_.end(), [&](Peer& one) { return one.receiving.rank() == to; });
      if (peer == peers_.end() || peer->is_lost) continue;
      sending_.emplace_back(comm_, to, std::move(message));
      ++peer->sent;
      ++peer->unrung;
    }
    return !queued.empty();
  }

  bool finish_sending() {
    const auto over =
        std::remove_if(sending_.begin(), sending_.end(), [](Sending& one) { return one.is_over(); });
    const bool has_moved = over != sending_.end();
    sending_.erase(over, sending_.end());
    return has_moved;
  }

  bool receive() {
    bool has_moved = false;
    for (Peer& peer : peers_) {
      if (peer.is_lost) continue;
      std::vector<Delivery> whole;
      has_moved |= peer.receiving.advance(whole);
      for (Delivery& delivery : whole) receiver_.on_message(std::move(delivery));
    }
    return has_moved;
  }

  /// A rank whose lifeline has ended is lost once everything that it sent is here.
  void note_losses(bool has_moved) {
    for (Peer& peer : peers_) {
      if (peer.is_lost) continue;
      if (peer.promised && peer.receiving.count() >= *peer.promised) {
        lose(peer, false);
      } else if (peer.has_ended && !peer.promised && !has_moved && ++looks_after_end_ > most_looks) {
        looks_after_end_ = 0;
        lose(peer, true);
      }
    }
  }

  void lose(Peer& peer, bool has_died) {
    if (std::exchange(peer.is_lost, true)) return;
    has_lost_ |= has_died;
    const int rank = peer.receiving.rank();
    const auto its = std::stable_partition(sending_.begin(), sending_.end(),
                                           [&](auto& one) { return one.rank() != rank; });
    std::for_each(its, sending_.end(), [&](Sending& one) { has_lost_ |= one.give_up(); });
    sending_.erase(its, sending_.end());
    receiver_.on_lost(rank, has_died);
  }

  /// True while a message is on its way, which only gets on while MPI is called.
  bool is_transferring() {
    return !sending_.empty() || std::any_of(peers_.begin(), peers_.end(), [](Peer& peer) {
      return !peer.is_lost && peer.receiving.is_busy();
    });
  }
  /// True while something will be here soon.
  bool is_expecting() {
    return std::any_of(peers_.begin(), peers_.end(), [](Peer& peer) {
      const bool is_late = peer.receiving.count() < peer.announced;
      return !peer.is_lost && (is_late || peer.unrung > 0 || peer.has_ended || peer.promised);
    });
  }

  void rest(bool has_moved) {
    ring();
    const bool is_transfer = is_transferring();
    std::int64_t nanoseconds = 0;
    if (has_moved) {
      looks_ = 0;
    } else if (!is_transfer && !is_expecting()) {
      nanoseconds = is_leaving_.load() ? 0 : idle_sleep;
    } else if (++looks_ <= most_looks) {
      ::sched_yield();
    } else {
      const int slowly = is_transfer ? looks_slow_transfer : 1;
      nanoseconds = std::min(longest_sleep, shortest_sleep * (1 + (looks_ - most_looks) / slowly));
    }
    for (const Lifelines::Notice& notice : lines_->wait(nanoseconds)) note(notice);
  }

  /// One for each message that has left.
  void ring() {
    for (Peer& peer : peers_) {
      while (peer.unrung > 0 && lines_->ring(peer.receiving.rank())) --peer.unrung;
    }
  }

  void note(const Lifelines::Notice& notice) {
    looks_ = 0;
    for (Peer& peer : peers_) {
      if (peer.receiving.rank() != notice.rank) continue;
      if (notice.kind == Lifelines::Notice::Kind::message) peer.announced += notice.messages;
      if (notice.kind == Lifelines::Notice::Kind::farewell) peer.promised = notice.messages;
      if (notice.kind == Lifelines::Notice::Kind::end) peer.has_ended = true;
    }
  }

  const MPI_Comm comm_;
  const std::unique_ptr<Lifelines> lines_;
  LinkReceiver& receiver_;
  std::deque<Peer> peers_;
  std::vector<Sending> sending_;
  int looks_ = 0;
  int looks_after_end_ = 0;
  std::atomic<bool> is_leaving_ = false;
  bool has_lost_ = false;
  std::mutex mutex_;
  std::deque<std::pair<int, Message>> queued_;
  std::thread thread_;
};

/// The machines of all ranks.
std::vector<std::string> gather_hosts(MPI_Comm comm, int size) {
  constexpr std::size_t length = 256;
  std::vector<char> own(length);
  const std::string name = host_name();
  std::copy_n(name.begin(), std::min(name.size(), length - 1), own.begin());
  std::vector<char> all(length * static_cast<std::size_t>(size));
  check_mpi(MPI_Allgather(own.data(), length, MPI_CHAR, all.data(), length, MPI_CHAR, comm),
            "the ranks can not tell each other their hosts");
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < all.size(); i += length) hosts.emplace_back(&all[i]);
  return hosts;
}

/// Throws on every rank when it fails on one.
std::unique_ptr<Lifelines> connect_lifelines(MPI_Comm comm, const JoinedWorld& joined) {
  auto lines = std::make_unique<Lifelines>();
  std::exception_ptr failure;
  LifelineAddress address;
  const auto attempt = [&](const auto& step) {
    try {
      if (!failure) step();
    } catch (...) {
      failure = std::current_exception();
    }
  };
  const bool is_root = joined.world.is_root();
  if (is_root) attempt([&] { address = lines->listen(); });
  check_mpi(MPI_Bcast(&address, sizeof address, MPI_BYTE, 0, comm), "rank 0 can not tell where it listens");
  const bool is_same_host = joined.hosts[0] == joined.world.host;
  if (address.port != 0) {
    attempt([&] {
      if (is_root) return lines->accept_all(address, joined.world.size);
      lines->connect(address, is_same_host, joined.world.rank);
    });
  }
  int is_good = failure || address.port == 0 ? 0 : 1;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &is_good, 1, MPI_INT, MPI_MIN, comm), "the ranks can not agree");
  if (failure) std::rethrow_exception(failure);
  if (is_good == 0) throw ConfigError("[mesh] a rank can not reach rank 0 on host " + joined.hosts[0]);
  return lines;
}

}  // namespace

JoinedWorld join_world(LinkReceiver& receiver) {
  JoinedWorld joined;
  joined.world.host = host_name();
  joined.hosts = {joined.world.host};
  if (!is_mpi_there()) return joined;
  start_mpi();
  MPI_Comm comm = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &comm), "no communicator");
  MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  MPI_Comm_rank(comm, &joined.world.rank);
  MPI_Comm_size(comm, &joined.world.size);
  if (joined.world.size == 1) {
    at_end_of_mpi([] { return true; });
    return joined;
  }
  joined.hosts = gather_hosts(comm, joined.world.size);
  auto link = std::make_shared<MpiLink>(comm, joined.world.rank, joined.world.size,
                                        connect_lifelines(comm, joined), receiver);
  at_end_of_mpi([link] { return link->leave(); });
  joined.link = link;
  return joined;
}

}  // namespace ember::ranks
