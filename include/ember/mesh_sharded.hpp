// mesh_sharded: an operator applied to the parts of a batch by the devices of a mesh.
// `auto mesh = xcs::mesh_sharded(f, DeviceMesh({.shape = {2, 2}}), PartitionSpec(0, 1));`
#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <ember/batch_result.hpp>
#include <ember/device_mesh.hpp>
#include <ember/op.hpp>
#include <ember/pmap.hpp>
#include <ember/transform_stage.hpp>

namespace ember::xcs {

/// The options of `mesh_sharded`.
struct MeshOptions {
  /// Divides everything in the input that is a list.
  PartitionSpec partition_spec = {};
  /// In its place, by field: fields without a spec, or with one that names nothing, are constants, even
  /// lists. All others are divided alike.
  std::map<std::string, PartitionSpec> in_partition = {};
  /// By output field: one that is named with a spec that names nothing is the same on all devices, and given
  /// once.
  std::map<std::string, PartitionSpec> out_partition = {};
  /// As for `pmap`.
  std::string granularity = "auto";
};

/// The typeless form of `mesh_sharded`. `gives_list`: outputs are a list whatever the batch is.
OpReference mesh_reference(const OpReference& target, const DeviceMesh& mesh, const MeshOptions& options,
                           bool gives_list);

/// `mesh_sharded` with mesh and options: give it an operator, or put it behind one.
class MeshTransform : public TransformStage {
 public:
  /// Throws TransformError when a spec does not fit the mesh.
  MeshTransform(DeviceMesh mesh, MeshOptions options);

  template <class Signature>
  [[nodiscard]] auto operator()(const Op<Signature>& op) const {
    (void)op.target();  // Throws for an empty handle.
    require_granularity("mesh_sharded", options_.granularity, granularity_by_type<Signature>);
    using Made = typename ShardBatch<Signature>::type;
    return Op<Made>(mesh_reference(op.reference(), mesh_, options_, gives_list<Made>));
  }
  template <Transformable Target>
  [[nodiscard]] auto operator()(Target target) const {
    return (*this)(as_op(std::move(target)));
  }

 private:
  DeviceMesh mesh_;
  MeshOptions options_;
};

/// What `mesh_sharded` is: callable with an operator, a mesh and a spec or options; or without the operator.
struct MeshFunction {
  /// `target` on a batch whose items are divided over the dimensions of `mesh` that the spec names. Devices
  /// are logical: operators see theirs in their context, and run where all operators run. Every item is
  /// processed once, and outputs stand in the order of the input, joined as `pmap` does.
  ///
  /// The result throws TransformError when lengths differ, MeshShardingError for the first device or item
  /// that fails. Throws TransformError when a spec does not fit the mesh.
  template <Transformable Target>
  auto operator()(Target target, const DeviceMesh& mesh, const PartitionSpec& spec) const {
    return MeshTransform(mesh, {.partition_spec = spec})(std::move(target));
  }
  template <Transformable Target>
  auto operator()(Target target, const DeviceMesh& mesh, const MeshOptions& options = {}) const {
    return MeshTransform(mesh, options)(std::move(target));
  }
  MeshTransform operator()(const DeviceMesh& mesh, const PartitionSpec& spec) const {
    return {mesh, {.partition_spec = spec}};
  }
  MeshTransform operator()(const DeviceMesh& mesh, const MeshOptions& options) const {
    return {mesh, options};
  }
};

inline constexpr MeshFunction mesh_sharded{};

}  // namespace ember::xcs
