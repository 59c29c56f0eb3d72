// Work that comes one piece at a time: rank 0 hands pieces to the ranks as it likes, and they answer each
// when it is finished. Nothing grows with the number of pieces.
//
//   rank 0   send(1, a) send(2, b) send(1, c) --> on_reply(2, b) on_reply(1, a) on_reply(1, c) --> end
//   rank 1   serve: a, c ------------------------------^                                            |
//   rank 2   serve: b ------------------^                                     returns what `end` said
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include <ember/result.hpp>
#include <ember/value.hpp>

#include "ranks/rank_world.hpp"

namespace ember::ranks {

/// What rank 0 is told; on one thread of the stream, one after the other.
struct StreamEvents {
  /// The answer to the piece `index`, or what a rank threw at it.
  std::function<void(int rank, std::uint64_t index, Result<Value> reply)> on_reply;
  /// The rank will answer nothing any more. `has_died`: it did not leave in good order. Not called for ranks
  /// that have left at the end.
  std::function<void(int rank, bool has_died)> on_lost;
  /// The rank has seen `end`; `last` is what it had left to say.
  std::function<void(int rank, Result<Value> last)> on_left;
};

/// The side of rank 0. All other ranks call `serve_stream` instead. Thread-safe.
class WorkStream {
 public:
  /// Throws RankError when a rank is lost already.
  explicit WorkStream(StreamEvents events);
  /// Ends the stream, if that has not been done, and waits for nobody.
  ~WorkStream();
  WorkStream(const WorkStream&) = delete;
  WorkStream& operator=(const WorkStream&) = delete;

  /// Hands a piece to another rank. Throws IncompatibleTypeError when it can not travel.
  void send(int rank, std::uint64_t index, const Value& piece);
  /// Asks all ranks to give up what they have; they still answer it.
  void stop();
  /// There will be no more pieces: the ranks leave with `last`, once they have answered all.
  void end(const Value& last);

 private:
  void receive();
  void take(Arrival arrival);

  RankWorld& world_;
  StreamEvents events_;
  std::shared_ptr<MailBox> box_;
  std::atomic<bool> has_ended_ = false;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

/// What the other ranks do with pieces.
struct StreamService {
  /// Starts on a piece and returns; `reply` is called once, on any thread, also after a stop is requested.
  std::function<void(Value piece, std::stop_token stop, std::function<void(Result<Value>)> reply)> start;
  /// What there is left to say at the end.
  std::function<Value()> last;
};

/// Answers pieces until rank 0 ends the stream; returns what it ended it with. Throws RankError when rank 0
/// is lost. All pieces are answered then.
Value serve_stream(const StreamService& service);

}  // namespace ember::ranks
