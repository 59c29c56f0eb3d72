// vmap: an operator for one item as an operator for a batch of them. `auto batch = xcs::vmap(processor);`
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include <ember/axes.hpp>
#include <ember/batch_result.hpp>
#include <ember/batched_signature.hpp>
#include <ember/op.hpp>
#include <ember/transform_stage.hpp>

namespace ember::xcs {

/// The options of `vmap`.
struct VmapOptions {
  /// Which parts of the input are divided into items. By default everything that is a list, along its
  /// outermost axis.
  Axes in_axes = {};
  /// Along which axis outputs stand.
  Axes out_axes = {};
  /// Most items under way at once; also the number of items that an operator with `forward_batch`,
  /// `forward_columns` or `forward_array` gets at once. At least 1.
  std::optional<int> batch_size = {};
  /// Overrides `use_parallel` of the execution options.
  std::optional<bool> parallel = {};
  /// Overrides `max_workers` of the execution options. At least 1.
  std::optional<int> max_workers = {};

  /// From string-keyed settings. Throws TransformError naming what is unknown, or as `validate` does.
  static VmapOptions from(const Value& settings);
  /// Throws TransformError naming the option that is out of range.
  void validate() const;
};

/// The typeless form of `vmap`. `gives_list`: outputs are a list whatever the batch is.
OpReference vmap_reference(const OpReference& target, const VmapOptions& options, bool gives_list);

/// `vmap` with its options: give it an operator, or put it behind one: `op | vmap({.batch_size = 16})`.
class VmapTransform : public TransformStage {
 public:
  /// Throws TransformError for options out of range.
  explicit VmapTransform(VmapOptions options) : options_(std::move(options)) { options_.validate(); }

  template <class Signature>
  [[nodiscard]] auto operator()(const Op<Signature>& op) const {
    (void)op.target();  // Throws for an empty handle.
    using Made = typename ItemBatch<Signature>::type;
    return Op<Made>(vmap_reference(op.reference(), options_, gives_list<Made>));
  }
  template <Transformable Target>
  [[nodiscard]] auto operator()(Target target) const {
    return (*this)(as_op(std::move(target)));
  }

 private:
  VmapOptions options_;
};

/// What `vmap` is: callable with an operator, with an operator and options, or with options alone.
struct VmapFunction : TransformStage {
  /// `target` on every item of a batch: `vmap(f)(xs)[i]` is `f(xs[i])`.
  ///
  /// A mapping is divided field by field: lists and arrays are batched, everything else is given to every
  /// item; the output is a mapping of lists. A list gives the list of outputs. An operator of several
  /// arguments gets an item of each list among them. Items run concurrently, as the execution options allow;
  /// an operator with `forward_batch`, `forward_columns` or `forward_array` gets many at once.
  ///
  /// The result throws TransformError when there is nothing to divide or lengths differ, and ItemError for
  /// the first item that fails. Throws TransformError for options out of range.
  template <Transformable Target>
  auto operator()(Target target, const VmapOptions& options = {}) const {
    return VmapTransform(options)(std::move(target));
  }
  /// The options as a transform of operators.
  VmapTransform operator()(const VmapOptions& options) const { return VmapTransform(options); }
};

inline constexpr VmapFunction vmap{};

}  // namespace ember::xcs
