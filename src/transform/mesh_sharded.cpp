#include <ember/mesh_sharded.hpp>

#include <memory>
#include <set>

#include "transform/batch_operator.hpp"
#include "transform/column_batch.hpp"
#include "transform/device_label.hpp"
#include "transform/divided_batch.hpp"
#include "transform/sharding.hpp"

namespace ember::xcs {
namespace {

const std::string mesh_name = "mesh_sharded";

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

Axes out_axes_of(const MeshOptions& options) {
  std::vector<std::pair<std::string, Value>> axes;
  for (const auto& [field, spec] : options.out_partition) {
    axes.emplace_back(field, spec.is_replicated() ? Value() : Value(0));
  }
  return axes.empty() ? Axes() : Axes(Value::mapping(std::move(axes)));
}

using Coordinates = std::vector<std::size_t>;

/// The devices that items are divided over, in row-major order; elsewhere they stand at 0.
std::vector<Coordinates> places_of(const DeviceMesh& mesh, const std::set<int>& axes) {
  std::vector<Coordinates> places = {Coordinates(mesh.shape().size())};
  for (const int axis : axes) {
    std::vector<Coordinates> next;
    for (const Coordinates& place : places) {
      for (std::size_t at = 0; at < mesh.shape()[static_cast<std::size_t>(axis)]; ++at) {
        next.push_back(place);
        next.back()[static_cast<std::size_t>(axis)] = at;
      }
    }
    places = std::move(next);
  }
  return places;
}

class MeshCalls final : public DividedBatch {
 public:
  MeshCalls(BatchLayout layout, const BatchSettings& settings, Division division, ItemOutputs outputs,
            Axes out_axes, std::vector<Coordinates> places)
      : DividedBatch(std::move(layout), settings, std::move(division), std::move(outputs),
                     std::move(out_axes), mesh_name),
        places_(std::move(places)) {}
  [[nodiscard]] std::exception_ptr error(std::size_t call, const std::exception_ptr& cause) const override {
    return std::make_exception_ptr(MeshShardingError(places_[shard(call)], items(call), cause));
  }

 private:
  const std::vector<Coordinates> places_;
};

class MeshOperator : public BatchOperator {
 public:
  MeshOperator(OpReference target, const DeviceMesh& mesh, const MeshOptions& options, bool gives_list)
      : BatchOperator(std::move(target)),
        in_axes_(in_axes_of(options)),
        out_axes_(out_axes_of(options)),
        granularity_(granularity_of(options.granularity, mesh_name)),
        places_(places_of(mesh, dividing_axes(options))),
        gives_list_(gives_list) {
    for (const Coordinates& place : places_) {
      const std::vector<std::int64_t> at(place.begin(), place.end());
      devices_.push_back(device_label(mesh.device_at(at), mesh_name));
    }
  }

 protected:
  [[nodiscard]] std::shared_ptr<const Batch> batch_of(const Value& arguments) const override {
    BatchLayout layout(*target().target, arguments, {in_axes_, mesh_name});
    const Granularity granularity = granularity_for(*target().target, granularity_, layout);
    const bool is_direct = !layout.is_batched() || (layout.size() == 0 && granularity == Granularity::shard);
    if (is_direct) return std::make_shared<DirectBatch>(arguments, BatchSettings(), devices_.front());
    DividedBatch::Division division{granularity, even_shards(layout.size(), places_.size()), devices_};
    BatchSettings settings;
    settings.fails_by_group = takes_columns(*target().target);
    return std::make_shared<MeshCalls>(std::move(layout), settings, std::move(division),
                                       ItemOutputs(target(), out_axes_, mesh_name, gives_list_), out_axes_,
                                       places_);
  }

 private:
  const Axes in_axes_;
  const Axes out_axes_;
  const Granularity granularity_;
  const std::vector<Coordinates> places_;
  std::vector<std::string> devices_;
  const bool gives_list_;
};

}  // namespace

MeshTransform::MeshTransform(DeviceMesh mesh, MeshOptions options)
    : mesh_(std::move(mesh)), options_(std::move(options)) {
  options_.partition_spec.validate(mesh_);
  for (const auto& [field, spec] : options_.in_partition) spec.validate(mesh_);
  for (const auto& [field, spec] : options_.out_partition) spec.validate(mesh_);
  if (!options_.in_partition.empty() && !options_.partition_spec.mesh_axes().empty()) {
    refuse_sharding("give one spec for all fields or in_partition, not both");
  }
  (void)dividing_axes(options_);
  (void)granularity_of(options_.granularity, mesh_name);
}

OpReference mesh_reference(const OpReference& target, const DeviceMesh& mesh, const MeshOptions& options,
                           bool gives_list) {
  return make_batch_operator<MeshOperator>(target, mesh, options, gives_list);
}

}  // namespace ember::xcs
