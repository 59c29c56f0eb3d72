// What both sides of a collective need.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include <ember/context.hpp>
#include <ember/result.hpp>

#include "base/ambient.hpp"
#include "ranks/message.hpp"
#include "ranks/rank_world.hpp"

namespace ember::ranks {

/// Inside, a shard is evaluated: with the context of the thread but another stop token, and no other rank
/// makes the same calls.
class ShardScope {
 public:
  explicit ShardScope(std::stop_token stop);
  ShardScope(const Context& outer, const Ambient& settings, std::stop_token stop);

 private:
  const Context context_;
  const ContextScope context_scope_;
  const AmbientScope ambient_scope_;
};

/// A message with a value, or with an error. A value that can not be packed becomes the error that says so.
Message message_of(MessageKind kind, std::uint64_t collective, const Result<Value>& content,
                   std::uint64_t index = 0);

/// Throws RankError when a rank is lost.
void require_nobody_lost(const RankWorld& world);

/// The part of a rank other than 0 in a collective: rank 0 speaks and this one listens.
class ListeningRank {
 public:
  /// Throws RankError when a rank is lost.
  ListeningRank();
  ~ListeningRank();
  ListeningRank(const ListeningRank&) = delete;
  ListeningRank& operator=(const ListeningRank&) = delete;

  /// What rank 0 says next. Throws RankError when a rank is lost.
  Arrival next();

  RankWorld& world;
  const std::shared_ptr<MailBox> box;
};

}  // namespace ember::ranks
