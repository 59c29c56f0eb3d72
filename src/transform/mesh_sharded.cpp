#include <ember/mesh_sharded.hpp>

#include <utility>

#include "transform/mesh_operator.hpp"
#include "transform/rank_mesh.hpp"

namespace ember::xcs {

MeshTransform::MeshTransform(DeviceMesh mesh, MeshOptions options)
    : mesh_(std::move(mesh)), options_(std::move(options)) {
  require_fitting(mesh_, options_);
}

OpReference mesh_reference(const OpReference& target, const DeviceMesh& mesh, const MeshOptions& options,
                           bool gives_list) {
  if (!mesh.ranks().empty()) return rank_mesh_reference(target, mesh, options, gives_list);
  return make_batch_operator<MeshOperator>(target, mesh, options, gives_list);
}

}  // namespace ember::xcs
