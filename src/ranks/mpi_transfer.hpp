// Messages as MPI messages. A small one is one; of a large one the envelope goes ahead, and the content
// follows in pieces straight from where it lies in memory: no copy is made, and no count is over what MPI can
// count.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "ranks/message.hpp"

namespace ember::ranks {

/// A message on its way to another rank.
class Sending {
 public:
  /// Starts it. Throws ConfigError when MPI refuses.
  Sending(MPI_Comm comm, int rank, Message message);
  Sending(Sending&&) noexcept = default;
  Sending& operator=(Sending&&) noexcept = default;

  /// True when all of it has left.
  [[nodiscard]] bool is_over();
  [[nodiscard]] int rank() const noexcept { return rank_; }
  /// The other rank is lost: what has not left stays here, and so does its memory. Returns true when there
  /// was something.
  bool give_up();

 private:
  int rank_;
  /// Where it is small: all of it. Else the envelope.
  std::vector<std::byte> front_;
  Message message_;
  std::vector<MPI_Request> requests_;
};

/// The messages from one rank, in the order in which they were sent.
class Receiving {
 public:
  Receiving(MPI_Comm comm, int rank) : comm_(comm), rank_(rank) {}

  /// Takes what is there. Returns true when that was something; whole messages are added to `whole`.
  bool advance(std::vector<Delivery>& whole);
  /// True while parts of messages are missing.
  [[nodiscard]] bool is_busy() const noexcept { return !incoming_.empty(); }
  /// Number of whole messages so far.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] int rank() const noexcept { return rank_; }

 private:
  struct Incoming {
    Envelope envelope;
    bool has_envelope = false;
    std::shared_ptr<std::byte> front;
    std::size_t front_size = 0;
    std::shared_ptr<std::byte> content;
    /// Bytes of the content that MPI was asked for.
    std::size_t asked = 0;
    std::vector<MPI_Request> requests;
  };

  bool take_front();
  bool take_content(Incoming& message);
  /// True when nothing of it is missing.
  bool is_whole(Incoming& message);
  [[nodiscard]] Delivery delivery(Incoming& message) const;

  MPI_Comm comm_;
  int rank_;
  std::deque<Incoming> incoming_;
  std::uint64_t count_ = 0;
};

}  // namespace ember::ranks
