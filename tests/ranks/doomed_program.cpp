// A program of several ranks of which one ends before its time: `doomed_program WAY [RANK]`. What the others
// make of it is on their output; see rank_death_test.py.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include <ember/context.hpp>
#include <ember/device_mesh.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/world.hpp>

#include "ranks/collective.hpp"

namespace {

using namespace ember;

constexpr std::size_t items_per_rank = 10;
constexpr std::size_t items_before = 5;

void wait_until_stopped() {
  while (Context::current().sleep_for(from_seconds(60))) {
  }
}

/// Every rank finishes some items and then waits. Once all of those are here, rank 0 sends `signal` to
/// `victim`.
Value finish_some(int victim, int signal) {
  std::map<int, pid_t> processes;
  std::size_t arrived = 0;
  const int size = xcs::world().size;
  ranks::Collective work;
  work.name = "finish_some";
  work.divide = [size] {
    std::vector<ranks::Shard> shards;
    for (int rank = 0; rank < size; ++rank) {
      const std::size_t first = static_cast<std::size_t>(rank) * items_per_rank;
      shards.push_back({rank, first, first + items_per_rank, Value()});
    }
    return shards;
  };
  work.evaluate = [](const ranks::Shard& shard, const ranks::Report& report) {
    for (std::size_t i = 0; i < items_before; ++i) report(shard.first + i, Value(::getpid()));
    wait_until_stopped();
  };
  work.on_item = [&](std::size_t index, const Result<Value>& item) {
    std::cout << "item " << index << " of process " << item.value().integer() << std::endl;
    processes[static_cast<int>(index / items_per_rank)] = static_cast<pid_t>(item.value().integer());
    if (++arrived == items_before * static_cast<std::size_t>(size)) ::kill(processes[victim], signal);
    return ranks::wants_all;
  };
  work.conclude = [] { return Value(); };
  return ranks::run_collective(work);
}

/// The items of one rank end it, in the way that `end` has.
template <class End>
Value end_at_an_item(const End& end) {
  const auto doomed = op("doomed", [end](const Value& item) -> Value {
    if (item.integer() == 5) end();
    return item;
  });
  const auto mesh = xcs::DeviceMesh::from_mpi();
  const auto on_ranks =
      xcs::mesh_sharded(doomed, mesh, {.partition_spec = xcs::PartitionSpec(0), .granularity = "item"});
  return on_ranks(list({0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

Value run(const std::string& way, int victim) {
  if (way == "SIGKILL") return finish_some(victim, SIGKILL);
  if (way == "SIGABRT") return finish_some(victim, SIGABRT);
  if (way == "_exit") return end_at_an_item([] { ::_exit(0); });
  if (way == "kill_in_mesh") return end_at_an_item([] { ::kill(::getpid(), SIGKILL); });
  if (way == "return") return xcs::world().rank == victim ? Value() : end_at_an_item([] {});
  if (way == "throw" && xcs::world().rank == victim) throw std::runtime_error("nobody catches this");
  return end_at_an_item([] {});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string way = argc > 1 ? argv[1] : "none";
  const int victim = argc > 2 ? std::atoi(argv[2]) : 1;
  (void)xcs::world();
  if (way == "throw") {
    std::cout << run(way, victim).size() << '\n';
    return 0;
  }
  try {
    (void)run(way, victim);
  } catch (const xcs::RankError& error) {
    // In one piece: other ranks write as well.
    std::cerr << "rank " + std::to_string(xcs::world().rank) + " says: " + error.what() + "\n";
    return 3;
  }
  return 0;
}
