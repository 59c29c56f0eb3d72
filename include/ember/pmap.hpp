// pmap: an operator applied to the parts of a batch by several workers.
// `auto analyze = xcs::pmap(analyzer, {.num_workers = 4});`
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/axes.hpp>
#include <ember/batch_result.hpp>
#include <ember/batched_signature.hpp>
#include <ember/device_list.hpp>
#include <ember/fields.hpp>
#include <ember/jit.hpp>
#include <ember/op.hpp>
#include <ember/transform_stage.hpp>

namespace ember::xcs {

/// How a batch is divided into shards.
struct ShardingOptions {
  /// Parts of different lengths are an error; false cuts them to the shortest, with a warning.
  bool strict_batch_size = true;
  /// The same as the strategy `dynamic`.
  bool adaptive_sharding = false;
  /// Most items of a shard: more shards are made when needed. 0: no bound.
  int max_shard_size = 0;
  /// `even`: one shard per worker, their sizes differ by at most 1. `greedy`: full shards first, the last one
  /// takes what is left. `dynamic`: several smaller shards per worker, taken by whoever is free.
  std::string strategy = "even";

  /// Throws TransformError naming the option that is out of range.
  void validate() const;
};

/// The options of a pmap that are about running it, as one value.
struct PmapExecutionOptions {
  std::optional<int> max_workers = {};
  bool continue_on_errors = false;
  /// Deadline in seconds.
  std::optional<double> timeout = {};
  bool return_partial_on_timeout = false;
};

/// The options of `pmap`.
struct PmapOptions {
  /// Number of workers: of shards, and most operators at once. Null or 0: `default_num_workers()` shards, and
  /// no other bound than that of the execution options, which bound this one, too.
  std::optional<int> num_workers = {};
  /// Another name for `num_workers`.
  std::optional<int> max_workers = {};
  /// Devices of the workers, as operators see them in their context: shard i has device i modulo their
  /// number. That many workers when no number is given.
  DeviceList devices = {};
  Axes in_axes = {};
  /// Along which axis outputs of items stand. Lists from shards are put one after the other; null where all
  /// shards give the same.
  Axes out_axes = {};
  /// `item`: a call per item, as with vmap. `shard`: a call per worker, with the lists of its items. `auto`:
  /// `shard` for what works on lists: transforms, operators whose parameter is a vector or whose
  /// specification declares a list, and operators on plain Values that declare nothing; `item` for functions
  /// and all others.
  std::string granularity = "auto";
  ShardingOptions sharding_options = {};
  std::optional<PmapExecutionOptions> execution_options = {};
  /// Positions that failed are null, in place of an error. All failing is an error still. `call_detailed` has
  /// the errors. Not for operators whose typed outputs can not be null: `dynamic(op)` has nulls.
  bool continue_on_errors = false;
  /// Deadline of a call in seconds.
  std::optional<double> timeout_seconds = {};
  /// At the deadline, positions that are not done are null, in place of an error.
  bool return_partial_on_timeout = false;

  /// From string-keyed settings. Throws TransformError naming what is unknown, or as `validate` does.
  static PmapOptions from(const Value& settings);
  /// Throws TransformError naming the option that is out of range, InvalidArgumentError when `num_workers`
  /// and `max_workers` differ.
  void validate() const;
};

/// Workers of a pmap without a number: the environment variable `XCS_NUM_WORKERS` when it is a number from 1
/// on, else one less than there are cores, at least 1.
int default_num_workers();

/// The typeless form of `pmap`. `gives_list`: outputs are a list whatever the batch is.
OpReference pmap_reference(const OpReference& target, const PmapOptions& options, bool gives_list);

/// Throws TransformError when `granularity` is another one than the types of an operator allow.
void require_granularity(std::string_view transform, const std::string& granularity,
                         std::string_view allowed);
template <class Signature>
inline constexpr std::string_view granularity_by_type = "";
template <class R, class... A>
  requires(!(std::same_as<A, Value> || ...))
inline constexpr std::string_view granularity_by_type<R(A...)> =
    input_form_of<A...>() == InputForm::list ? "shard" : "item";

/// Throws TransformError when `options` put nulls where items failed, and the types of an operator have none.
void require_no_nulls(std::string_view transform, const PmapOptions& options);
/// True when the output of a batch can have nulls among its items.
template <class Signature>
inline constexpr bool has_null_items = true;
template <class R, class... A>
inline constexpr bool has_null_items<std::vector<R>(A...)> = std::same_as<R, Value> || is_optional<R>;

/// `pmap` with its options: give it an operator, or put it behind one: `op | pmap({.num_workers = 16})`.
class PmapTransform : public TransformStage {
 public:
  /// Throws as PmapOptions::validate does.
  explicit PmapTransform(PmapOptions options) : options_(std::move(options)) { options_.validate(); }

  template <class Signature>
  [[nodiscard]] auto operator()(const Op<Signature>& op) const {
    (void)op.target();  // Throws for an empty handle.
    require_granularity("pmap", options_.granularity, granularity_by_type<Signature>);
    using Made = typename ShardBatch<Signature>::type;
    if constexpr (!has_null_items<Made>) require_no_nulls("pmap", options_);
    return Op<Made>(pmap_reference(op.reference(), options_, gives_list<Made>));
  }
  template <Transformable Target>
  [[nodiscard]] auto operator()(Target target) const {
    return (*this)(as_op(std::move(target)));
  }

 private:
  PmapOptions options_;
};

/// What `pmap` is: callable with an operator, with an operator and options, or with options alone.
struct PmapFunction : TransformStage {
  /// `target` on a batch that workers divide among them: the output is that of `vmap` when calls are about
  /// items, and the outputs of shards, joined, when they are about shards. Nothing to divide: one call.
  ///
  /// The result throws TransformError when lengths differ, ParallelExecutionError for the first shard or item
  /// that fails, ExecutionTimeoutError at the deadline. Throws as PmapOptions::validate does.
  template <Transformable Target>
  auto operator()(Target target, const PmapOptions& options = {}) const {
    return PmapTransform(options)(std::move(target));
  }
  /// The options as a transform of operators.
  PmapTransform operator()(const PmapOptions& options) const { return PmapTransform(options); }
};

inline constexpr PmapFunction pmap{};

/// The options of `pjit`: those of `pmap`, and which arguments are constant.
struct PjitOptions {
  std::optional<int> num_workers = {};
  std::optional<int> max_workers = {};
  DeviceList devices = {};
  Axes in_axes = {};
  Axes out_axes = {};
  std::string granularity = "auto";
  ShardingOptions sharding_options = {};
  std::optional<PmapExecutionOptions> execution_options = {};
  bool continue_on_errors = false;
  std::optional<double> timeout_seconds = {};
  bool return_partial_on_timeout = false;
  /// Numbers of arguments that are constant; negative ones count from the end. Not together with `in_axes`.
  std::vector<int> static_argnums = {};

  /// All but `static_argnums`.
  operator PmapOptions() const;  // NOLINT(google-explicit-constructor)
};

/// `options` for an operator with that many arguments. Throws TransformError for an argument that it lacks.
PmapOptions pmap_options_of(const PjitOptions& options, std::size_t arity);

/// `pjit` with its options: give it an operator, or put it behind one: `op | pjit({.num_workers = 16})`.
class PjitTransform : public TransformStage {
 public:
  /// Throws as PmapOptions::validate does.
  explicit PjitTransform(PjitOptions options) : options_(std::move(options)) {
    PmapOptions(options_).validate();
  }

  template <Transformable Target>
  [[nodiscard]] auto operator()(Target target) const {
    auto compiled = jit(std::move(target));
    return pmap(compiled, pmap_options_of(options_, compiled.target().arity()));
  }

 private:
  PjitOptions options_;
};

/// What `pjit` is: `pmap` of `jit`. Callable with an operator, with an operator and options, or with options
/// alone.
struct PjitFunction : TransformStage {
  /// Throws as `pmap` does, and TransformError for `static_argnums` out of range.
  template <Transformable Target>
  auto operator()(Target target, const PjitOptions& options = {}) const {
    return PjitTransform(options)(std::move(target));
  }
  /// The options as a transform of operators.
  PjitTransform operator()(const PjitOptions& options) const { return PjitTransform(options); }
};

inline constexpr PjitFunction pjit{};

}  // namespace ember::xcs
