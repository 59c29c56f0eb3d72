// mesh_sharded in the guides: devices by number in a square, or a shape alone; all dimensions divide the
// data.
#include <ember/json.hpp>
#include <ember/mesh_sharded.hpp>

#include <cctype>
#include <iostream>

using namespace ember;

namespace {

Value process_item(const Value& item) {
  std::string text = item["data"].string();
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return {{"processed", text}, {"id", item["id"]}};
}

}  // namespace

int main() {
  const xcs::DeviceMesh mesh({.devices = {0, 1, 2, 3}, .mesh_shape = {2, 2}});
  const xcs::PartitionSpec pspec(0, 1);
  std::cout << mesh.to_string() << ", " << pspec.to_string() << '\n';
  const auto sharded_fn = xcs::mesh_sharded(process_item, mesh, pspec);
  std::cout << to_json(sharded_fn({{"data", list({"a", "b", "c", "d", "e", "f", "g", "h"})},
                                   {"id", list({1, 2, 3, 4, 5, 6, 7, 8})}}))
            << '\n';

  // The same with devices of its own, on a list.
  const auto where = xcs::mesh_sharded(
      [](const Value& item) -> Value { return item.string() + " on " + Context::current().device(); },
      xcs::DeviceMesh({.shape = {2, 2}}), xcs::PartitionSpec(0, 1));
  std::cout << to_json(where(list({"a", "b", "c", "d", "e"}))) << '\n';
}

// Prints:
//   DeviceMesh(shape=(2, 2), devices=4), PartitionSpec(0, 1)
//   {"processed":["A","B","C","D","E","F","G","H"],"id":[1,2,3,4,5,6,7,8]}
//   ["a on cpu:0","b on cpu:0","c on cpu:1","d on cpu:2","e on cpu:3"]
