#include "ranks/rank_world.hpp"

#include "base/call_order.hpp"

namespace ember::ranks {

RankWorld::RankWorld() : joined_(join_world(*mail_)) {
  if (joined_.link) keep_call_order();
}

RankWorld& RankWorld::instance() {
  // Never destroyed: calls may still be under way when the process ends.
  static auto* world = new RankWorld;
  return *world;
}

}  // namespace ember::ranks

namespace ember::xcs {

const World& world() {
  return ranks::RankWorld::instance().joined().world;
}

}  // namespace ember::xcs
