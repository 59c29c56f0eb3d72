// PlanCache: the plans of one jitted operator, the most recently used first.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "jit/composite_program.hpp"
#include "jit/data_read.hpp"
#include "jit/input_structure.hpp"
#include "jit/signatures.hpp"
#include "jit/trace_set.hpp"

namespace ember::xcs {

/// What a plan is looked up by.
struct PlanKey {
  /// Of the structure of the input, or of what `cache_key_fn` said.
  std::uint64_t hash = 0;
  /// What `cache_key_fn` said.
  std::string custom = {};
  /// Of the operator and the parts that it registered; mostly none.
  std::vector<OperatorSignature> signatures = {};

  friend bool operator==(const PlanKey&, const PlanKey&) = default;
};

/// How an operator runs for inputs of one structure.
struct CompiledPlan {
  enum class Way { direct, structural, enhanced, trace };

  PlanKey key;
  Way way = Way::direct;
  /// For `structural`; with facts alone otherwise.
  RecordedPlan recorded;
  /// Where forward looked at data while it was recorded.
  std::vector<DataRead> reads;
  /// Why this way, for people.
  std::string reason;
  Value structure;
  /// The calls as they were recorded, for `explain`; empty when it shall not show them, or nothing changed.
  std::string text_before_passes;
  /// All nodes together take less time than waking a thread.
  mutable std::atomic<bool> is_cheap = false;
  /// For `trace`.
  std::unique_ptr<TraceSet> traces = nullptr;

  /// The way of the next call: traces may have been given up.
  [[nodiscard]] Way way_now() const noexcept { return traces && traces->is_given_up() ? Way::enhanced : way; }
};

/// Thread-safe.
class PlanCache {
 public:
  using Plan = std::shared_ptr<const CompiledPlan>;

  explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

  /// The plan that holds for `input`, or null.
  [[nodiscard]] Plan find(const PlanKey& key, const Value& input);
  /// The plan for `input`: a kept one, or what `compile` makes. At most one thread compiles at a time.
  /// `was_compiled` says which. Throws what `compile` throws.
  Plan get_or_compile(const PlanKey& key, const Value& input, const std::function<Plan()>& compile,
                      bool& was_compiled);
  void keep(Plan plan);
  void clear();

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// The most recently used plan, or null.
  [[nodiscard]] Plan latest() const;
  /// Why there is no plan for an input, in one sentence.
  [[nodiscard]] std::string reason_for_miss(const PlanKey& key, const Value& input) const;

 private:
  const std::size_t capacity_;
  std::mutex compiling_;
  mutable std::mutex mutex_;
  std::list<Plan> plans_;
  /// Hashes of keys that were compiled once: bounded, and only for messages.
  std::unordered_set<std::uint64_t> seen_;
  bool was_cleared_ = false;
};

}  // namespace ember::xcs
