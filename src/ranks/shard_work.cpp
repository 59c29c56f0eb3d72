#include "ranks/shard_work.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/call_order.hpp"
#include "value/error_value.hpp"

namespace ember::ranks {
namespace {

Message packed(const Envelope& envelope, const Value& content) {
  return {envelope, content.is_null() ? nullptr : std::make_shared<const PackedValue>(content)};
}

}  // namespace

ShardScope::ShardScope(std::stop_token stop)
    : ShardScope(Context::current(), Ambient::current(), std::move(stop)) {}

ShardScope::ShardScope(const Context& outer, const Ambient& settings, std::stop_token stop)
    : context_(outer.clock(), outer.deadline(), std::move(stop), outer.device()),
      context_scope_(context_),
      ambient_scope_(without_call_order(settings)) {}

Message message_of(MessageKind kind, std::uint64_t collective, const Result<Value>& content,
                   std::uint64_t index) {
  Envelope envelope{kind, 0, collective, index, 0};
  std::exception_ptr error = content.error();
  if (!error) {
    try {
      return packed(envelope, content.value());
    } catch (...) {
      error = std::current_exception();
    }
  }
  envelope.is_error = 1;
  return packed(envelope, error_to_value(error));
}

void require_nobody_lost(const RankWorld& world) {
  const auto lost = world.mail().lost();
  if (lost.empty()) return;
  const auto [rank, has_died] = *lost.begin();
  throw xcs::RankError(rank, world.joined().hosts[static_cast<std::size_t>(rank)], 0, 0, has_died);
}

ListeningRank::ListeningRank()
    : world(RankWorld::instance()), box((require_nobody_lost(world), world.mail().open())) {}

ListeningRank::~ListeningRank() {
  world.mail().close(*box);
}

Arrival ListeningRank::next() {
  for (;;) {
    if (std::optional<Arrival> arrival = world.mail().next(*box, std::chrono::hours(1))) {
      return std::move(*arrival);
    }
    require_nobody_lost(world);
  }
}

}  // namespace ember::ranks
