// A build without MPI: this process is the only one.
#include <ember/error.hpp>

#include "ranks/rank_link.hpp"

namespace ember::ranks {

JoinedWorld join_world(LinkReceiver&) {
  if (launched_processes() > 1) {
    throw ConfigError("this program was started as " + std::to_string(launched_processes()) +
                      " processes, but ember was built without MPI (EMBER_MPI): each of them would do all of "
                      "the work");
  }
  JoinedWorld joined;
  joined.world.host = host_name();
  joined.hosts = {joined.world.host};
  return joined;
}

}  // namespace ember::ranks
