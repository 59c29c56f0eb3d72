// ExecutionOptions: how the engine runs things, as a plain value and as a scope of a thread and what it
// starts.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/scheduler.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// Which nodes' outputs are wanted: all, or those listed by id or name. `{}` lists none, `{"a", "b"}` two.
class OutputNodes {
 public:
  /// One id or name. Made from text alone, so that no braces are taken for a pair of iterators.
  struct Name {
    Name(const char* name) : text(name) {}             // NOLINT(google-explicit-constructor)
    Name(std::string name) : text(std::move(name)) {}  // NOLINT(google-explicit-constructor)
    Name(std::string_view name) : text(name) {}        // NOLINT(google-explicit-constructor)
    std::string text;
  };

  OutputNodes(std::initializer_list<Name> names) : names_(std::in_place) {
    for (const Name& name : names) names_->push_back(name.text);
  }
  OutputNodes(std::vector<std::string> names)
      : names_(std::move(names)) {}  // NOLINT(google-explicit-constructor)
  /// One node.
  template <std::convertible_to<std::string_view> Text>
  OutputNodes(const Text& name)  // NOLINT(google-explicit-constructor)
      : OutputNodes({Name(std::string_view(name))}) {}
  static OutputNodes all() { return OutputNodes(std::nullopt); }

  [[nodiscard]] bool is_all() const noexcept { return !names_; }
  /// The list, or nothing for all.
  [[nodiscard]] const std::optional<std::vector<std::string>>& names() const noexcept { return names_; }

 private:
  // No default constructor: `{}` would mean it, and not a list of none.
  explicit OutputNodes(std::nullopt_t) noexcept {}
  std::optional<std::vector<std::string>> names_;
};

/// A plain value: only the fields that were set count. Levels overlay each other field by field, the highest
/// first: explicit arguments, innermost scope, outer scopes, process-wide defaults.
struct ExecutionOptions {
  /// Allow concurrency. Default true.
  std::optional<bool> use_parallel = {};
  /// Most operators that execute at once in the call tree this was set for, through every nesting. At
  /// least 1.
  std::optional<int> max_workers = {};
  /// `auto`, `cpu`, `gpu`, `cuda`, `tpu` or `<kind>:<index>`.
  std::optional<std::string> device_strategy = {};
  /// Remember results by operator instance and input. Default false.
  std::optional<bool> enable_caching = {};
  /// Keep a record of every call. Default false.
  std::optional<bool> trace_execution = {};
  /// Deadline of the outermost call, in seconds from its start. Above 0.
  std::optional<double> timeout_seconds = {};
  /// A name or a Scheduler. Default `auto`.
  std::optional<Scheduler> scheduler = {};
  /// Measure every node. Default false.
  std::optional<bool> collect_metrics = {};
  std::optional<bool> debug = {};
  /// `auto`, `async` or `thread`.
  std::optional<std::string> executor = {};
  /// The first error ends the run. Default true; false runs everything that does not depend on a failure.
  std::optional<bool> fail_fast = {};
  /// For `execute` only: the nodes whose outputs are wanted. Nothing else runs but what they depend on.
  OutputNodes output_nodes = OutputNodes::all();
  /// For `execute` only: ends the run when a stop is requested.
  std::stop_token stop_token = {};

  /// From string-keyed settings, for files and command lines. Throws InvalidArgumentError: `Invalid execution
  /// option: name` (or `options: a, b`, sorted), or naming the option, its value and what is valid.
  static ExecutionOptions from(const Value& settings);
  /// Throws InvalidArgumentError naming the option that is out of range.
  void validate() const;
  /// These options, with unset fields taken from `lower`. A `scheduler` without `use_parallel` sets the flag;
  /// a `use_parallel` that contradicts an inherited scheduler clears that scheduler.
  [[nodiscard]] ExecutionOptions over(const ExecutionOptions& lower) const;
  /// True when concurrency is allowed by flag, scheduler and `max_workers`.
  [[nodiscard]] bool is_parallel() const noexcept;
};

/// Makes options effective for the calling thread, and for work that the engine starts on its behalf, while
/// it lives. Scopes end on the thread that started them, innermost first.
class [[nodiscard]] ExecutionScope {
 public:
  explicit ExecutionScope(const ExecutionOptions& options);
  ~ExecutionScope();
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A scope: `auto scope = execution_options({.max_workers = 4});`. Throws InvalidArgumentError before
/// anything changes.
inline ExecutionScope execution_options(const ExecutionOptions& options) {
  return ExecutionScope(options);
}

/// Merges `options` into the process-wide defaults and returns those, with every option set that has a
/// factory default. Throws InvalidArgumentError; the defaults are then unchanged. Thread-safe.
ExecutionOptions set_execution_options(const ExecutionOptions& options);
/// What is effective on this thread: a snapshot in which every option with a default is set. Thread-safe.
ExecutionOptions get_execution_options();
/// Restores the factory defaults of the process. Scopes stay. Thread-safe.
void reset_execution_options();

}  // namespace ember::xcs
