// The body of a reply as a script: pieces of bytes, each with the time at which it is due. Bodies are made
// piece by piece, so that ten thousand open streams need not keep their text.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <ember/clock.hpp>

namespace ember::simulate {

struct Piece {
  /// When to send it, counted from the arrival of the request.
  Duration at{0};
  std::string bytes{};
};

/// Gives the pieces of one body in order of time. Used by one thread.
class ReplyBody {
 public:
  virtual ~ReplyBody() = default;
  ReplyBody() = default;
  ReplyBody(const ReplyBody&) = delete;
  ReplyBody& operator=(const ReplyBody&) = delete;

  /// The next piece; empty at the end.
  virtual std::optional<Piece> next() = 0;
};

/// One piece.
std::unique_ptr<ReplyBody> whole_body(Duration at, std::string bytes);
/// The first `whole` pieces of `body` and half of the one after them.
std::unique_ptr<ReplyBody> cut_body(std::unique_ptr<ReplyBody> body, std::size_t whole);
/// Every byte of `body` alone, at least `interval` after the byte before.
std::unique_ptr<ReplyBody> drip_body(std::unique_ptr<ReplyBody> body, Duration interval);

}  // namespace ember::simulate
