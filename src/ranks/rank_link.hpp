// RankLink: how this process reaches the other ranks of its program. Ranks speak with rank 0 only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ember/world.hpp>

#include "ranks/message.hpp"

namespace ember::ranks {

/// Called on the thread of the link, in the order in which a rank sent, and `on_lost` after all of it.
class LinkReceiver {
 public:
  virtual ~LinkReceiver() = default;
  virtual void on_message(Delivery delivery) noexcept = 0;
  /// The rank will send nothing any more. `has_died`: it did not leave in good order.
  virtual void on_lost(int rank, bool has_died) noexcept = 0;
};

/// Thread-safe.
class RankLink {
 public:
  virtual ~RankLink() = default;
  /// Sends and returns. What can not be delivered because the rank is lost is dropped.
  virtual void send(int rank, Message message) = 0;
};

/// What `join_world` found.
struct JoinedWorld {
  xcs::World world;
  /// The machines of all ranks.
  std::vector<std::string> hosts;
  /// Null when this process is the only one.
  std::shared_ptr<RankLink> link;
};

/// Finds the other ranks. `receiver` lives to the end of the process. Called once. Throws as `xcs::world`
/// does.
JoinedWorld join_world(LinkReceiver& receiver);

/// The name of this machine.
std::string host_name();
/// Number of processes that the launcher of this one says it started, at least 1; 0 without one.
int launched_processes() noexcept;
/// The number of this process among them; 0 without a launcher. For what happens before the world is joined.
int launched_rank() noexcept;

}  // namespace ember::ranks
