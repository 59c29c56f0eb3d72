// MeshOperator: what mesh_sharded makes. Its devices are in this process; see rank_mesh.hpp for others.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ember/mesh_sharded.hpp>

#include "transform/batch_operator.hpp"
#include "transform/divided_batch.hpp"

namespace ember::xcs {

inline const std::string mesh_name = "mesh_sharded";

using MeshCoordinates = std::vector<std::size_t>;

/// The calls on a batch that is divided over places of a mesh.
class MeshCalls final : public DividedBatch {
 public:
  MeshCalls(BatchLayout layout, const BatchSettings& settings, Division division, ItemOutputs outputs,
            std::vector<MeshCoordinates> places)
      : DividedBatch(std::move(layout), settings, std::move(division), std::move(outputs)),
        places_(std::move(places)) {}
  [[nodiscard]] std::exception_ptr error(std::size_t call, const std::exception_ptr& cause) const override;

 private:
  const std::vector<MeshCoordinates> places_;
};

class MeshOperator : public BatchOperator {
 public:
  MeshOperator(OpReference target, const DeviceMesh& mesh, const MeshOptions& options, bool gives_list);

 protected:
  [[nodiscard]] std::shared_ptr<const Batch> batch_of(const Value& arguments) const override;
  /// What divides an input.
  [[nodiscard]] BatchLayout::Rules layout_rules() const;
  /// The devices that items are divided over, by their labels.
  [[nodiscard]] const std::vector<std::string>& devices() const noexcept { return devices_; }
  /// Where they stand in the mesh.
  [[nodiscard]] const std::vector<MeshCoordinates>& places() const noexcept { return places_; }

 private:
  const Axes in_axes_;
  const std::string in_option_;
  const OutputForm output_form_;
  const Granularity granularity_;
  const std::vector<MeshCoordinates> places_;
  std::vector<std::string> devices_;
  const bool gives_list_;
};

/// Throws TransformError when specs do not fit the mesh or each other.
void require_fitting(const DeviceMesh& mesh, const MeshOptions& options);

}  // namespace ember::xcs
