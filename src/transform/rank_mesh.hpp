// A mesh whose devices are the processes of a program: rank 0 divides the batch, each rank makes the calls of
// its part with its own engine, and every rank gets the output.
#pragma once

#include <ember/mesh_sharded.hpp>

namespace ember::xcs {

/// `mesh_reference` for a mesh of ranks.
OpReference rank_mesh_reference(const OpReference& target, const DeviceMesh& mesh, const MeshOptions& options,
                                bool gives_list);

}  // namespace ember::xcs
