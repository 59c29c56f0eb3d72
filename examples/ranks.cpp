// One program for one process and for many: `mpirun -n 4 example_ranks` prints what `example_ranks` prints.
#include <iostream>

#include <ember/ember.hpp>

using namespace ember;

namespace {

// docs: begin mesh
/// Stands for work that takes its time.
Value score(const Value& document) {
  std::int64_t sum = 0;
  for (const char letter : document["text"].string()) sum += letter;
  return {{"id", document["id"]}, {"score", sum % 100}};
}

Value score_all(const Value& documents) {
  const auto mesh = xcs::DeviceMesh::from_mpi();  // All ranks, or this process alone.
  const auto sharded = xcs::mesh_sharded(score, mesh, xcs::PartitionSpec(0));
  return sharded(documents);  // Every rank makes this call, and every rank gets all scores.
}
// docs: end mesh

}  // namespace

int main() {
  // docs: begin root
  const Value scores =
      score_all({{"id", list({1, 2, 3, 4, 5})}, {"text", list({"a", "rose", "is", "a", "rose"})}});
  if (xcs::world().is_root()) std::cout << to_json(scores) << '\n';
  // docs: end root
  // docs: begin died
  try {
    const auto refuse = [](const Value& item) -> Value {
      if (item.integer() == 3) throw std::runtime_error("three is refused");
      return item;
    };
    xcs::mesh_sharded(refuse, xcs::DeviceMesh::from_mpi(),
                      xcs::PartitionSpec(0))(list({0, 1, 2, 3, 4, 5, 6, 7}));
  } catch (const xcs::RankError& error) {
    std::cerr << error.what() << '\n';  // [mesh] rank 2 on host node7 died while it had items 4-5
    return 1;
  } catch (const xcs::MeshShardingError& error) {
    if (xcs::world().is_root())
      std::cout << to_string(error.items()) << ": " << message_of(error.cause()) << '\n';
  }
  // docs: end died
  return 0;
}

// Prints:
//   {"id":[1,2,3,4,5],"score":[97,41,20,97,41]}
//   item 3: three is refused
