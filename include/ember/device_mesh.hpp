// DeviceMesh: devices in a grid of any number of dimensions. PartitionSpec: which of them divide a batch.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/device_list.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// The lengths of the dimensions of a mesh.
class MeshShape {
 public:
  /// None given.
  MeshShape() = default;
  MeshShape(std::initializer_list<int> lengths) : lengths_(std::vector<int>(lengths)) {}
  MeshShape(std::vector<int> lengths)
      : lengths_(std::move(lengths)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::optional<std::vector<int>>& lengths() const noexcept { return lengths_; }

 private:
  std::optional<std::vector<int>> lengths_;
};

/// What a DeviceMesh is made of.
struct DeviceMeshOptions {
  /// Ints or strings, each once. By default `cpu:0`, `cpu:1`, ...
  DeviceList devices = {};
  /// By default one dimension with all devices.
  MeshShape shape = {};
  /// Another name for `shape`.
  MeshShape mesh_shape = {};
};

/// An index into a mesh, or a range of them: `2`, `MeshRange{0, 2}`, `MeshRange::all()`.
struct MeshRange {
  std::size_t first = 0;
  /// Before which it ends.
  std::size_t last = 0;

  static MeshRange all() noexcept { return {0, SIZE_MAX}; }
};
class MeshIndex {
 public:
  MeshIndex(int index) : index_(index) {}        // NOLINT(google-explicit-constructor)
  MeshIndex(MeshRange range) : range_(range) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] const std::optional<MeshRange>& range() const noexcept { return range_; }
  [[nodiscard]] int index() const noexcept { return index_; }

 private:
  int index_ = 0;
  std::optional<MeshRange> range_;
};

/// Immutable, cheap to copy. Devices stand in row-major order: the last dimension runs fastest.
class DeviceMesh {
 public:
  /// Without options: one device per hardware thread. Throws TransformError when devices and shape do not
  /// fit, a device stands twice, or a dimension is not positive.
  explicit DeviceMesh(const DeviceMeshOptions& options = {});

  /// The processes of this program as devices, `mpi:0`, `mpi:1`, ...: what `mpirun -n 4 program` started. By
  /// default in one dimension. All processes have to make this call. Throws TransformError when the shape has
  /// not room for exactly as many devices as there are processes, and what `xcs::world` throws.
  ///
  /// Without `mpirun` the same program runs alone: the shape is then one of devices of this process, by
  /// default one.
  static DeviceMesh from_mpi(const MeshShape& shape = {});

  /// The rank of the process that each device is; empty when the devices are in this process.
  [[nodiscard]] const std::vector<int>& ranks() const noexcept;
  [[nodiscard]] const std::vector<std::size_t>& shape() const noexcept;
  [[nodiscard]] const std::vector<Value>& devices() const noexcept;
  /// Number of devices.
  [[nodiscard]] std::size_t size() const noexcept { return devices().size(); }

  /// The device at these coordinates. Throws ItemNotFoundError (an IndexError in Python) unless there is one
  /// coordinate for each dimension, in range.
  template <std::integral... I>
  [[nodiscard]] Value get_device(I... coordinates) const {
    return device_at({static_cast<std::int64_t>(coordinates)...});
  }
  [[nodiscard]] Value device_at(const std::vector<std::int64_t>& coordinates) const;

  /// The part at these indices; an index takes its dimension away, a range keeps it. Dimensions that are not
  /// mentioned stay whole. Throws ItemNotFoundError.
  template <class... I>
  [[nodiscard]] DeviceMesh get_submesh(I... indices) const {
    return submesh({MeshIndex(indices)...});
  }
  [[nodiscard]] DeviceMesh submesh(const std::vector<MeshIndex>& indices) const;

  /// `DeviceMesh(shape=(2, 2), devices=4)`.
  [[nodiscard]] std::string to_string() const;

 private:
  struct Grid;
  explicit DeviceMesh(std::shared_ptr<const Grid> grid) : grid_(std::move(grid)) {}
  std::shared_ptr<const Grid> grid_;
};

/// Which dimensions of a mesh divide the items of a batch: `PartitionSpec(0, 1)`, `PartitionSpec(0,
/// nullptr)`. Dimensions that it does not name hold replicas, which do not run again.
class PartitionSpec {
 public:
  /// Nothing is divided.
  PartitionSpec() = default;
  /// Ints and nulls. They are checked against a mesh by `validate`.
  template <class First, class... More>
    requires(std::convertible_to<First, Value> && (std::convertible_to<More, Value> && ...) &&
             !std::same_as<std::remove_cvref_t<First>, PartitionSpec>)
  explicit PartitionSpec(First first, More... more) : PartitionSpec(std::vector<Value>{first, more...}) {}
  /// Throws TransformError for what is neither an int nor null.
  explicit PartitionSpec(const std::vector<Value>& axes);

  [[nodiscard]] const std::vector<std::optional<int>>& mesh_axes() const noexcept { return axes_; }
  /// True when no dimension is named.
  [[nodiscard]] bool is_replicated() const noexcept;
  /// Throws TransformError when a dimension is named that the mesh lacks, or twice.
  void validate(const DeviceMesh& mesh) const;
  /// `PartitionSpec(0, None, 1)`.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const PartitionSpec&, const PartitionSpec&) = default;

 private:
  std::vector<std::optional<int>> axes_;
};

}  // namespace ember::xcs
