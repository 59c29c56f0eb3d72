#include "transform/mesh_operator.hpp"

#include <set>
#include <utility>

#include "transform/column_batch.hpp"
#include "transform/device_label.hpp"
#include "transform/sharding.hpp"

namespace ember::xcs {
namespace {

[[noreturn]] void refuse_sharding(const std::string& message) {
  throw TransformError::for_transform(mesh_name, message);
}

/// The dimensions that a spec names.
std::set<int> named_axes(const PartitionSpec& spec) {
  std::set<int> axes;
  for (const auto& axis : spec.mesh_axes()) {
    if (axis) axes.insert(*axis);
  }
  return axes;
}

/// What divides the items: the one spec, or the one that all divided fields have in common.
std::set<int> dividing_axes(const MeshOptions& options) {
  if (options.in_partition.empty()) return named_axes(options.partition_spec);
  std::set<int> common;
  for (const auto& [field, spec] : options.in_partition) {
    const std::set<int> axes = named_axes(spec);
    if (axes.empty()) continue;
    if (!common.empty() && axes != common) {
      refuse_sharding("field '" + field +
                      "' is divided over other dimensions than the fields before it: an item needs "
                      "all of its parts on one device");
    }
    common = axes;
  }
  return common;
}

Axes in_axes_of(const MeshOptions& options) {
  if (options.in_partition.empty()) return {};
  std::vector<std::pair<std::string, Value>> axes;
  for (const auto& [field, spec] : options.in_partition) {
    axes.emplace_back(field, spec.is_replicated() ? Value() : Value(0));
  }
  return Axes(Value::mapping(std::move(axes)));
}

OutputForm output_form_of(const MeshOptions& options) {
  std::vector<std::pair<std::string, Value>> axes;
  for (const auto& [field, spec] : options.out_partition) {
    axes.emplace_back(field, spec.is_replicated() ? Value() : Value(0));
  }
  if (axes.empty()) return {Axes(), mesh_name};
  return {Axes(Value::mapping(std::move(axes))), mesh_name, "out_partition"};
}

/// The devices that items are divided over, in row-major order; elsewhere they stand at 0.
std::vector<MeshCoordinates> places_of(const DeviceMesh& mesh, const std::set<int>& axes) {
  std::vector<MeshCoordinates> places = {MeshCoordinates(mesh.shape().size())};
  for (const int axis : axes) {
    std::vector<MeshCoordinates> next;
    for (const MeshCoordinates& place : places) {
      for (std::size_t at = 0; at < mesh.shape()[static_cast<std::size_t>(axis)]; ++at) {
        next.push_back(place);
        next.back()[static_cast<std::size_t>(axis)] = at;
      }
    }
    places = std::move(next);
  }
  return places;
}

}  // namespace

std::exception_ptr MeshCalls::error(std::size_t call, const std::exception_ptr& cause) const {
  return std::make_exception_ptr(MeshShardingError(places_[shard(call)], failed_items(call), cause));
}

MeshOperator::MeshOperator(OpReference target, const DeviceMesh& mesh, const MeshOptions& options,
                           bool gives_list)
    : BatchOperator(std::move(target)),
      in_axes_(in_axes_of(options)),
      in_option_(options.in_partition.empty() ? "in_axes" : "in_partition"),
      output_form_(output_form_of(options)),
      granularity_(granularity_of(options.granularity, mesh_name)),
      places_(places_of(mesh, dividing_axes(options))),
      gives_list_(gives_list) {
  for (const MeshCoordinates& place : places_) {
    const std::vector<std::int64_t> at(place.begin(), place.end());
    devices_.push_back(device_label(mesh.device_at(at), mesh_name));
  }
}

BatchLayout::Rules MeshOperator::layout_rules() const {
  return {in_axes_, mesh_name, true, in_option_};
}

std::shared_ptr<const Batch> MeshOperator::batch_of(const Value& arguments) const {
  BatchLayout layout(*target().target, arguments, layout_rules());
  const Granularity granularity = granularity_for(*target().target, granularity_, layout);
  const bool is_direct = !layout.is_batched() || (layout.size() == 0 && granularity == Granularity::shard);
  if (is_direct) return std::make_shared<DirectBatch>(arguments, BatchSettings(), devices_.front());
  DividedBatch::Division division{granularity, even_shards(layout.size(), places_.size()), devices_};
  BatchSettings settings;
  settings.fails_by_group = fails_by_group();
  return std::make_shared<MeshCalls>(std::move(layout), settings, std::move(division),
                                     ItemOutputs(target(), output_form_, gives_list_), places_);
}

void require_fitting(const DeviceMesh& mesh, const MeshOptions& options) {
  options.partition_spec.validate(mesh);
  for (const auto& [field, spec] : options.in_partition) spec.validate(mesh);
  for (const auto& [field, spec] : options.out_partition) spec.validate(mesh);
  if (!options.in_partition.empty() && !options.partition_spec.mesh_axes().empty()) {
    refuse_sharding("give one spec for all fields or in_partition, not both");
  }
  (void)dividing_axes(options);
  (void)granularity_of(options.granularity, mesh_name);
}

}  // namespace ember::xcs
