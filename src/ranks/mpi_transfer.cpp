#include "ranks/mpi_transfer.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "ranks/mpi_runtime.hpp"

namespace ember::ranks {
namespace {

constexpr int front_tag = 1;
constexpr int content_tag = 2;
/// Up to this, a message is copied together and goes as one.
constexpr std::size_t most_in_front = std::size_t{32} * 1024;
/// Most bytes of one MPI message.
constexpr std::size_t most_at_once = std::size_t{64} << 20;
constexpr std::align_val_t alignment{64};

const std::string sending = "a message to another rank can not be sent";
const std::string receiving = "a message from another rank can not be received";

std::shared_ptr<std::byte> make_buffer(std::size_t size) {
  auto* bytes = static_cast<std::byte*>(::operator new(std::max<std::size_t>(1, size), alignment));
  return {bytes, [](std::byte* used) { ::operator delete(used, alignment); }};
}

/// Takes one message of `tag` when there is one: its size comes out, the caller says where it goes.
template <class Place>
bool take(MPI_Comm comm, int rank, int tag, std::vector<MPI_Request>& requests, const Place& place) {
  int is_there = 0;
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  check_mpi(MPI_Improbe(rank, tag, comm, &is_there, &message, &status), receiving);
  if (is_there == 0) return false;
  int count = 0;
  check_mpi(MPI_Get_count(&status, MPI_BYTE, &count), receiving);
  std::byte* where = place(static_cast<std::size_t>(count));
  requests.push_back(MPI_REQUEST_NULL);
  check_mpi(MPI_Imrecv(where, count, MPI_BYTE, &message, &requests.back()), receiving);
  return true;
}

bool are_over(std::vector<MPI_Request>& requests, const std::string& what) {
  if (requests.empty()) return true;
  int flag = 0;
  const int count = static_cast<int>(requests.size());
  check_mpi(MPI_Testall(count, requests.data(), &flag, MPI_STATUSES_IGNORE), what);
  if (flag != 0) requests.clear();
  return flag != 0;
}

}  // namespace

Sending::Sending(MPI_Comm comm, int rank, Message message) : rank_(rank), message_(std::move(message)) {
  message_.envelope.size = message_.content ? message_.content->size() : 0;
  const bool is_small = message_.envelope.size <= most_in_front;
  front_.resize(sizeof(Envelope));
  std::memcpy(front_.data(), &message_.envelope, sizeof(Envelope));
  const auto send = [&](std::span<const std::byte> bytes, int tag) {
    requests_.push_back(MPI_REQUEST_NULL);
    check_mpi(
        MPI_Isend(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, rank, tag, comm, &requests_.back()),
        sending);
  };
  if (is_small && message_.content) {
    for (const auto piece : message_.content->pieces()) {
      front_.insert(front_.end(), piece.begin(), piece.end());
    }
    message_.content.reset();
  }
  send(front_, front_tag);
  if (!message_.content) return;
  for (auto piece : message_.content->pieces()) {
    while (!piece.empty()) {
      const auto part = piece.first(std::min(piece.size(), most_at_once));
      send(part, content_tag);
      piece = piece.subspan(part.size());
    }
  }
}

bool Sending::is_over() {
  return are_over(requests_, sending);
}

bool Sending::give_up() {
  if (requests_.empty()) return false;
  // MPI still knows the addresses, and there is no way to make it forget them.
  (void)new Sending(std::move(*this));
  return true;
}

bool Receiving::advance(std::vector<Delivery>& whole) {
  bool has_moved = take_front();
  for (Incoming& message : incoming_) {
    if (!message.has_envelope && are_over(message.requests, receiving)) {
      std::memcpy(&message.envelope, message.front.get(), sizeof(Envelope));
      message.has_envelope = true;
      if (message.envelope.size > message.front_size - sizeof(Envelope)) {
        message.content = make_buffer(message.envelope.size);
      }
      has_moved = true;
    }
    // The content of a later message stands behind this one's.
    if (!message.has_envelope || take_content(message)) break;
  }
  while (!incoming_.empty() && is_whole(incoming_.front())) {
    whole.push_back(delivery(incoming_.front()));
    incoming_.pop_front();
    ++count_;
    has_moved = true;
  }
  return has_moved;
}

bool Receiving::take_front() {
  Incoming message;
  const bool is_there = take(comm_, rank_, front_tag, message.requests, [&](std::size_t size) {
    message.front = make_buffer(size);
    message.front_size = size;
    return message.front.get();
  });
  if (is_there) incoming_.push_back(std::move(message));
  return is_there;
}

bool Receiving::take_content(Incoming& message) {
  if (!message.content) return false;
  while (message.asked < message.envelope.size) {
    const bool is_there = take(comm_, rank_, content_tag, message.requests, [&](std::size_t size) {
      return message.content.get() + std::exchange(message.asked, message.asked + size);
    });
    if (!is_there) return true;
  }
  return false;
}

bool Receiving::is_whole(Incoming& message) {
  if (!message.has_envelope) return false;
  return (!message.content || message.asked == message.envelope.size) &&
         are_over(message.requests, receiving);
}

Delivery Receiving::delivery(Incoming& message) const {
  Delivery made{rank_, message.envelope, message.content, {}};
  if (message.content) {
    made.content = {message.content.get(), message.envelope.size};
  } else {
    made.owner = message.front;
    made.content = {message.front.get() + sizeof(Envelope), message.envelope.size};
  }
  return made;
}

}  // namespace ember::ranks
