// A program that uses MPI itself: it starts and ends it, and a mesh lives in between.
#include <mpi.h>

#include <iostream>

#include <ember/device_mesh.hpp>
#include <ember/error.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/op.hpp>

int main(int argc, char** argv) {
  using namespace ember;
  int threads = 0;
  MPI_Init_thread(&argc, &argv, argc > 1 ? MPI_THREAD_SINGLE : MPI_THREAD_MULTIPLE, &threads);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  bool is_good = false;
  try {
    const auto twice = op("twice", [](int x) { return 2 * x; });
    const auto on_ranks = xcs::mesh_sharded(twice, xcs::DeviceMesh::from_mpi(), xcs::PartitionSpec(0));
    is_good = on_ranks({1, 2, 3, 4, 5}) == std::vector<int>{2, 4, 6, 8, 10};
    int sum = 0;
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) std::cout << (is_good ? "right" : "wrong") << ", ranks add up to " << sum << '\n';
  } catch (const ConfigError& error) {
    if (rank == 0) std::cout << error.what() << '\n';
  }
  MPI_Finalize();
  return is_good ? 0 : 1;
}
