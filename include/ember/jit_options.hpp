// JITOptions: how a jitted operator is compiled and run.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <ember/plan_passes.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// A plain value. Only timing depends on it: results, errors and the calls that are made do not.
struct JITOptions {
  /// `auto`, `structural`, `trace` or `enhanced`; upper and lower case are the same.
  std::string mode = "auto";
  /// An input to compile for when the operator is wrapped: the first call with input of this structure then
  /// finds its plan. No operator is called for it. For operators with several arguments, a list of them. It
  /// is completed and converted as the input of a call is.
  std::optional<Value> sample_input = {};
  /// Compile anew on every call.
  bool force_trace = false;
  /// Overlap inside nested composites too; false makes each of them one call that runs plainly.
  bool recursive = true;
  /// Most plans kept, the least recently used goes first. At least 1.
  int cache_size = 128;
  /// What plans are looked up by, in place of the structure of the input. A plan that does not fit an input
  /// of the same key is compiled anew.
  std::function<std::string(const Value& input)> cache_key_fn = {};
  /// When the mode can not be had: true runs the operator in another way, with one warning in the log; false
  /// throws CompilationError. `auto` can always be had.
  bool fallback = true;
  /// `minimal`, `standard` or `verbose`: how much `explain` has to say.
  std::string trace_level = "minimal";
  /// Results of this operator and of all that runs inside it are never remembered by `enable_caching`.
  bool preserve_stochasticity = false;
  /// With the strategy `auto`, plans of fewer calls run one call at a time; without a plan, composites of
  /// fewer registered leaves. At least 1.
  int parallel_threshold = 1;
  /// `auto`, `parallel` (independent calls overlap even where that costs more than it saves) or `sequential`
  /// (also for all that runs inside). Execution options that forbid concurrency win.
  std::string execution_strategy = "auto";
  /// Most calls that execute at once, nested ones included; the smaller one of this and of the execution
  /// options counts.
  std::optional<int> max_workers = {};
  /// What is done to a recorded plan before it runs.
  PlanPasses passes = {};

  /// From string-keyed settings, for files. Throws InvalidArgumentError naming what is unknown, or the
  /// option, its value and what is valid.
  static JITOptions from(const Value& settings);
  /// Throws InvalidArgumentError naming the option that is out of range and what is valid.
  void validate() const;
};

/// The options of `structural_jit`.
struct StructuralJITOptions {
  /// `auto`, `parallel` or `sequential`.
  std::string execution_strategy = "auto";
  /// With `auto`, plans of fewer calls run one call at a time. At least 1.
  int parallel_threshold = 5;
  /// Most calls that execute at once.
  std::optional<int> max_workers = {};
  /// Keep plans; false compiles on every call.
  bool cache_graph = true;

  /// The same as JITOptions. Throws InvalidArgumentError as `JITOptions::validate` does.
  [[nodiscard]] JITOptions to_jit_options() const;
};

}  // namespace ember::xcs
