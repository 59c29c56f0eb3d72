#include <ember/device_mesh.hpp>

#include <algorithm>
#include <climits>
#include <set>
#include <thread>

#include <ember/error.hpp>
#include <ember/world.hpp>

#include "ranks/rank_link.hpp"
#include "transform/device_label.hpp"

namespace ember::xcs {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw TransformError::for_transform("mesh", message);
}

template <class Lengths>
std::string text_of(const Lengths& lengths) {
  std::string text = "(";
  for (const auto length : lengths) text += (text.size() > 1 ? ", " : "") + std::to_string(length);
  return text + (lengths.size() == 1 ? ",)" : ")");
}

std::optional<std::vector<int>> given_shape(const DeviceMeshOptions& options) {
  const auto& shape = options.shape.lengths();
  const auto& other = options.mesh_shape.lengths();
  if (shape && other && *shape != *other) {
    refuse("shape " + text_of(*shape) + " and mesh_shape " + text_of(*other) +
           " are one option under two names, and differ");
  }
  return shape ? shape : other;
}

std::size_t device_count(const std::vector<int>& shape) {
  std::size_t count = 1;
  for (const int length : shape) {
    if (length < 1) refuse("every dimension must be positive, got " + text_of(shape));
    count *= static_cast<std::size_t>(length);
  }
  return count;
}

std::vector<Value> default_devices(std::size_t count) {
  std::vector<Value> devices;
  for (std::size_t i = 0; i < count; ++i) devices.emplace_back("cpu:" + std::to_string(i));
  return devices;
}

void require_unique(const std::vector<Value>& devices) {
  if (devices.empty()) refuse("a mesh needs at least one device");
  std::set<std::pair<bool, std::string>> seen;
  for (const Value& id : devices) {
    const std::string label = device_label(id, "mesh");
    if (!seen.emplace(id.is_string(), label).second) refuse("device " + label + " stands twice");
  }
}

}  // namespace

struct DeviceMesh::Grid {
  std::vector<std::size_t> shape;
  std::vector<Value> devices;
  /// Empty when the devices are in this process.
  std::vector<int> ranks;
};

DeviceMesh::DeviceMesh(const DeviceMeshOptions& options) {
  auto grid = std::make_shared<Grid>();
  const auto shape = given_shape(options);
  if (options.devices.is_given()) {
    grid->devices = options.devices.ids();
  } else {
    grid->devices =
        default_devices(shape ? device_count(*shape) : std::max(1U, std::thread::hardware_concurrency()));
  }
  require_unique(grid->devices);
  if (!shape) {
    grid->shape = {grid->devices.size()};
  } else {
    if (device_count(*shape) != grid->devices.size()) {
      refuse("the shape " + text_of(*shape) + " has room for " + std::to_string(device_count(*shape)) +
             " devices, but there are " + std::to_string(grid->devices.size()));
    }
    grid->shape.assign(shape->begin(), shape->end());
  }
  grid_ = std::move(grid);
}

DeviceMesh DeviceMesh::from_mpi(const MeshShape& shape) {
  const World& processes = world();
  if (processes.size == 1 && ranks::launched_processes() == 0) {
    return DeviceMesh({.shape = shape.lengths() ? shape : MeshShape({1})});
  }
  std::vector<Value> devices;
  std::vector<int> ranks;
  for (int rank = 0; rank < processes.size; ++rank) {
    devices.emplace_back("mpi:" + std::to_string(rank));
    if (processes.size > 1) ranks.push_back(rank);
  }
  const DeviceMesh mesh({.devices = std::move(devices), .shape = shape});
  auto grid = std::make_shared<Grid>(*mesh.grid_);
  grid->ranks = std::move(ranks);
  return DeviceMesh(std::move(grid));
}

const std::vector<int>& DeviceMesh::ranks() const noexcept {
  return grid_->ranks;
}

const std::vector<std::size_t>& DeviceMesh::shape() const noexcept {
  return grid_->shape;
}

const std::vector<Value>& DeviceMesh::devices() const noexcept {
  return grid_->devices;
}

Value DeviceMesh::device_at(const std::vector<std::int64_t>& coordinates) const {
  if (coordinates.size() != shape().size()) {
    throw ItemNotFoundError("a mesh of shape " + text_of(shape()) + " has no device at " +
                            text_of(coordinates) + ": it takes " + std::to_string(shape().size()) +
                            " coordinates");
  }
  std::size_t position = 0;
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    if (coordinates[i] < 0 || static_cast<std::size_t>(coordinates[i]) >= shape()[i]) {
      throw ItemNotFoundError("a mesh of shape " + text_of(shape()) + " has no device at " +
                              text_of(coordinates));
    }
    position = position * shape()[i] + static_cast<std::size_t>(coordinates[i]);
  }
  return devices()[position];
}

DeviceMesh DeviceMesh::submesh(const std::vector<MeshIndex>& indices) const {
  if (indices.size() > shape().size()) {
    throw ItemNotFoundError("a mesh of shape " + text_of(shape()) + " does not take " +
                            std::to_string(indices.size()) + " indices");
  }
  auto part = std::make_shared<Grid>();
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < shape().size(); ++i) {
    const MeshIndex index = i < indices.size() ? indices[i] : MeshIndex(MeshRange::all());
    MeshRange range{static_cast<std::size_t>(index.index()), static_cast<std::size_t>(index.index()) + 1};
    if (index.range()) range = {index.range()->first, std::min(index.range()->last, shape()[i])};
    const bool is_negative = !index.range() && index.index() < 0;
    if (is_negative || range.first >= range.last || range.last > shape()[i]) {
      throw ItemNotFoundError("dimension " + std::to_string(i) + " of a mesh of shape " + text_of(shape()) +
                              " has no such index or range");
    }
    if (index.range()) part->shape.push_back(range.last - range.first);
    std::vector<std::size_t> next;
    for (const std::size_t start : starts) {
      for (std::size_t at = range.first; at < range.last; ++at) next.push_back(start * shape()[i] + at);
    }
    starts = std::move(next);
  }
  for (const std::size_t position : starts) {
    part->devices.push_back(devices()[position]);
    if (!ranks().empty()) part->ranks.push_back(ranks()[position]);
  }
  return DeviceMesh(std::move(part));
}

std::string DeviceMesh::to_string() const {
  return "DeviceMesh(shape=" + text_of(shape()) + ", devices=" + std::to_string(size()) + ")";
}

PartitionSpec::PartitionSpec(const std::vector<Value>& axes) {
  for (const Value& axis : axes) {
    if (!axis.is_null() && !axis.is_integer()) {
      refuse("a PartitionSpec has ints and nulls, not a " + std::string(ember::to_string(axis.kind())));
    }
    if (axis.is_integer() && (axis.integer() > INT_MAX || axis.integer() < INT_MIN)) {
      refuse("no mesh has an axis " + std::to_string(axis.integer()));
    }
    axes_.push_back(axis.is_null() ? std::nullopt : std::optional<int>(static_cast<int>(axis.integer())));
  }
}

bool PartitionSpec::is_replicated() const noexcept {
  return std::none_of(axes_.begin(), axes_.end(), [](const auto& axis) { return axis.has_value(); });
}

void PartitionSpec::validate(const DeviceMesh& mesh) const {
  std::set<int> named;
  for (const auto& axis : axes_) {
    if (!axis) continue;
    if (*axis < 0 || static_cast<std::size_t>(*axis) >= mesh.shape().size()) {
      refuse(to_string() + " names axis " + std::to_string(*axis) + ", but " + mesh.to_string() + " has " +
             std::to_string(mesh.shape().size()));
    }
    if (!named.insert(*axis).second) refuse(to_string() + " names axis " + std::to_string(*axis) + " twice");
  }
}

std::string PartitionSpec::to_string() const {
  std::string text = "PartitionSpec(";
  const char* separator = "";
  for (const auto& axis : axes_) {
    text += separator + (axis ? std::to_string(*axis) : std::string("None"));
    separator = ", ";
  }
  return text + ")";
}

}  // namespace ember::xcs
