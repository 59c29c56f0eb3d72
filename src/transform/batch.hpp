// Batch: the calls that one call of a transformed operator consists of. All transforms come down to one.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ember/op.hpp>
#include <ember/transform_error.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

class BatchLayout;
class ItemOutputs;

/// How the calls of a batch are run.
struct BatchSettings {
  /// Overrides the execution options.
  std::optional<bool> parallel = {};
  /// Most operators at once, also inside the calls.
  std::optional<int> max_workers = {};
  /// Most calls under way at once; 0: no bound.
  std::size_t window = 0;
  /// Deadline of the whole batch, in seconds.
  std::optional<double> timeout_seconds = {};
  /// A failure stops nothing.
  bool keeps_going = false;
  /// At the deadline, what is done counts.
  bool keeps_partial = false;
  /// A failure is that of a whole group of calls, and its error says so.
  bool fails_by_group = false;
};

/// A call without output.
struct CallFailure {
  std::size_t call = 0;
  /// As the operator threw it; or why it was not called.
  std::exception_ptr error;
};

/// A batch with one call per item. Lifetime: that of the batch.
struct ItemForm {
  const BatchLayout& layout;
  const ItemOutputs& outputs;
};

/// Immutable; kept alive by calls that nobody waits for any more.
class Batch {
 public:
  explicit Batch(const BatchSettings& settings) : settings_(settings) {}
  virtual ~Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Number of calls.
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// The input of one of them.
  [[nodiscard]] virtual Value input(std::size_t call) const = 0;
  /// The output of the batch. `outputs` has one per call, null for those in `failures`, which are in order.
  [[nodiscard]] virtual Value join(std::vector<Value> outputs,
                                   const std::vector<CallFailure>& failures) const = 0;
  /// What is thrown when `call` fails because of `cause`.
  [[nodiscard]] virtual std::exception_ptr error(std::size_t call, const std::exception_ptr& cause) const = 0;
  /// The items that a call is about.
  [[nodiscard]] virtual ItemRange items(std::size_t call) const { return {call, call + 1}; }
  /// Where the call is placed; empty where the options say.
  [[nodiscard]] virtual std::string device(std::size_t call) const { return (void)call, std::string(); }
  [[nodiscard]] virtual bool has_devices() const { return false; }
  /// Calls that go to an operator with `forward_batch` at once, in order, without gaps.
  [[nodiscard]] virtual std::vector<ItemRange> groups() const { return {{0, size()}}; }
  /// Set when each call is about one item.
  [[nodiscard]] virtual std::optional<ItemForm> item_form() const { return std::nullopt; }
  /// What is called when `target` is asked for.
  [[nodiscard]] virtual const OpReference& callee(const OpReference& target) const { return target; }

  [[nodiscard]] const BatchSettings& settings() const noexcept { return settings_; }

 private:
  const BatchSettings settings_;
};

/// What the calls came to.
struct BatchOutcome {
  /// One per call; null for failures.
  std::vector<Value> outputs;
  /// In order of the calls. Without `keeps_going`, the first alone.
  std::vector<CallFailure> failures;
};

}  // namespace ember::xcs
