#include "transform/rank_mesh.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "exec/executor.hpp"
#include "exec/run.hpp"
#include "ranks/collective.hpp"
#include "transform/column_batch.hpp"
#include "transform/mesh_operator.hpp"
#include "value/error_value.hpp"

namespace ember::xcs {
namespace {

/// The calls of one part, on the rank that makes them.
class PartCalls final : public Batch {
 public:
  PartCalls(BatchLayout layout, ItemOutputs outputs, std::string device)
      : Batch({}), layout_(std::move(layout)), outputs_(std::move(outputs)), device_(std::move(device)) {}

  [[nodiscard]] std::size_t size() const override { return layout_.size(); }
  [[nodiscard]] Value input(std::size_t call) const override { return layout_.item(call); }
  /// Outputs and failures go to rank 0 as they are, which joins them and knows what failed.
  [[nodiscard]] Value join(std::vector<Value> outputs, const std::vector<CallFailure>&) const override {
    return Value::list(std::move(outputs));
  }
  [[nodiscard]] std::exception_ptr error(std::size_t, const std::exception_ptr& cause) const override {
    return cause;
  }
  [[nodiscard]] std::string device(std::size_t) const override { return device_; }
  [[nodiscard]] bool has_devices() const override { return true; }
  [[nodiscard]] std::optional<ItemForm> item_form() const override { return ItemForm{layout_, outputs_}; }

 private:
  const BatchLayout layout_;
  const ItemOutputs outputs_;
  const std::string device_;
};

/// What became of the calls of one part.
Value packed(BatchOutcome outcome) {
  std::vector<Value> failures;
  for (const CallFailure& failure : outcome.failures) {
    failures.push_back(list({failure.call, error_to_value(failure.error)}));
  }
  return {{"outputs", Value::list(std::move(outcome.outputs))},
          {"failures", Value::list(std::move(failures))}};
}

Value packed(const BatchResult& result) {
  std::vector<Value> errors;
  for (const BatchFailure& failure : result.errors) {
    errors.push_back(list({failure.items.first, failure.items.last, error_to_value(failure.error)}));
  }
  return {{"output", result.output}, {"errors", Value::list(std::move(errors))}};
}

BatchResult unpacked_result(const Value& value) {
  BatchResult result{value["output"], {}};
  for (const Value& error : value["errors"].items()) {
    const auto position = [&](int i) { return static_cast<std::size_t>(error[i].integer()); };
    result.errors.push_back({{position(0), position(1)}, error_from_value(error[2])});
  }
  return result;
}

/// A batch divided over ranks, on rank 0, and what has come back of it.
class Gathering {
 public:
  /// `given` is what `batch` makes calls of: itself, or by column.
  Gathering(std::shared_ptr<const Batch> given, std::shared_ptr<const Batch> batch, bool keeps_going)
      : given_(std::move(given)), batch_(std::move(batch)), keeps_going_(keeps_going) {
    outcome_.outputs.resize(batch_->size());
  }

  /// One shard for each part. `places`: the rank of each place.
  [[nodiscard]] std::vector<ranks::Shard> shards(const std::vector<int>& places,
                                                 const std::vector<std::string>& devices) {
    std::vector<ranks::Shard> shards;
    const auto* divided = dynamic_cast<const MeshCalls*>(given_.get());
    const bool is_by_column = given_ != batch_;
    const std::size_t count = divided ? divided->shards().size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const bool is_by_item = divided && divided->is_by_item();
      const ItemRange items = divided ? divided->shards()[i] : ItemRange{0, 1};
      parts_.push_back({items.first, is_by_item && !is_by_column ? items : ItemRange{i, i + 1}});
      Value order = {{"is_by_item", is_by_item},
                     {"is_by_column", is_by_column},
                     {"keeps_going", keeps_going_},
                     {"device", devices[i]},
                     {"input", divided ? divided->shard_input(i) : given_->input(0)}};
      shards.push_back({places[i], items.first, items.last, std::move(order)});
    }
    return shards;
  }

  /// Takes what became of the part that begins at the item `first`. Returns from where on nothing is wanted.
  std::size_t take(std::size_t first, const Result<Value>& part) {
    const ItemRange calls = calls_of(first);
    if (part.error()) {
      for (std::size_t call = calls.first; call < calls.last; ++call) note_failure(call, part.error());
    } else {
      const Value& content = part.value();
      const std::vector<Value>& outputs = content["outputs"].items();
      std::copy(outputs.begin(), outputs.end(),
                outcome_.outputs.begin() + static_cast<std::ptrdiff_t>(calls.first));
      for (const Value& failure : content["failures"].items()) {
        const auto call = static_cast<std::size_t>(failure[0].integer());
        note_failure(calls.first + call, error_from_value(failure[1]));
      }
    }
    const bool has_failed = part.error() || !part.value()["failures"].items().empty();
    return has_failed && !keeps_going_ ? first + 1 : ranks::wants_all;
  }

  [[nodiscard]] const Batch& batch() const noexcept { return *batch_; }
  [[nodiscard]] BatchOutcome take_outcome() {
    std::sort(outcome_.failures.begin(), outcome_.failures.end(),
              [](const CallFailure& a, const CallFailure& b) { return a.call < b.call; });
    if (!keeps_going_ && outcome_.failures.size() > 1) outcome_.failures.resize(1);
    return std::move(outcome_);
  }

 private:
  struct Part {
    std::size_t first_item;
    ItemRange calls;
  };

  [[nodiscard]] ItemRange calls_of(std::size_t first_item) const {
    return std::find_if(parts_.begin(), parts_.end(),
                        [&](const Part& part) { return part.first_item == first_item; })
        ->calls;
  }
  void note_failure(std::size_t call, std::exception_ptr error) {
    outcome_.failures.push_back({call, std::move(error)});
  }

  const std::shared_ptr<const Batch> given_;
  const std::shared_ptr<const Batch> batch_;
  const bool keeps_going_;
  std::vector<Part> parts_;
  BatchOutcome outcome_;
};

/// Where ranks do not make the same calls, and in a simulation, its devices are in this process. A leaf that
/// holds its thread, also where its operator waits without one: other ranks make the other half of the call.
class RankMeshOperator final : public MeshOperator {
 public:
  RankMeshOperator(const OpReference& target, const DeviceMesh& mesh, const MeshOptions& options,
                   bool gives_list)
      : MeshOperator(target, mesh, options, gives_list) {
    for (const MeshCoordinates& place : places()) {
      std::size_t position = 0;
      for (std::size_t axis = 0; axis < place.size(); ++axis) {
        position = position * mesh.shape()[axis] + place[axis];
      }
      ranks_.push_back(mesh.ranks()[position]);
    }
  }

  [[nodiscard]] bool keeps_deadline() const noexcept override { return false; }
  [[nodiscard]] Value call(const Value& arguments) const override {
    if (!is_shared()) return MeshOperator::call(arguments);
    return share(arguments, false,
                 [](Gathering& gathering) { return output_of(gathering.batch(), gathering.take_outcome()); });
  }

  [[nodiscard]] BatchResult call_detailed(const Value& arguments) const override {
    if (!is_shared()) return MeshOperator::call_detailed(arguments);
    return unpacked_result(share(arguments, true, [](Gathering& gathering) {
      return packed(detailed_result_of(gathering.batch(), gathering.take_outcome()));
    }));
  }

 private:
  using Conclude = std::function<Value(Gathering&)>;

  static bool is_shared() { return ranks::can_share_work() && !Executor::current()->is_simulated(); }

  Value share(const Value& arguments, bool keeps_going, const Conclude& conclude) const {
    std::optional<Gathering> gathering;
    ranks::Collective work;
    work.name = mesh_name + "(" + target().name() + ")";
    work.divide = [&] {
      std::shared_ptr<const Batch> given = batch_of(arguments);
      std::shared_ptr<const Batch> batch =
          takes_columns(*target().target) ? by_column(target(), given) : given;
      gathering.emplace(std::move(given), std::move(batch), keeps_going);
      if (gathering->batch().size() == 0) return std::vector<ranks::Shard>();
      return gathering->shards(ranks_, devices());
    };
    work.evaluate = [self = std::static_pointer_cast<const RankMeshOperator>(shared_from_this())](
                        const ranks::Shard& shard, const ranks::Report& report) {
      report(shard.first, self->outcome_of(shard.input));
    };
    work.on_item = [&](std::size_t first, Result<Value> part) { return gathering->take(first, part); };
    work.conclude = [&] { return conclude(*gathering); };
    // This call waits; the operators in it need the permits.
    const Run::SuspendedPermit permit;
    return ranks::run_collective(work);
  }

  /// Makes the calls of a part on this rank.
  [[nodiscard]] Value outcome_of(const Value& order) const {
    std::shared_ptr<const Batch> batch;
    if (order["is_by_item"].boolean()) {
      BatchLayout layout(*target().target, order["input"], layout_rules());
      batch = std::make_shared<PartCalls>(
          std::move(layout), ItemOutputs(target(), {Axes(), mesh_name}, false), order["device"].string());
      if (order["is_by_column"].boolean()) batch = by_column(target(), std::move(batch));
    } else {
      batch = std::make_shared<DirectBatch>(order["input"], BatchSettings(), order["device"].string());
    }
    return packed(run_batch(batch->callee(target()), batch, order["keeps_going"].boolean(), memory()));
  }

  /// Of each place.
  std::vector<int> ranks_;
};

}  // namespace

OpReference rank_mesh_reference(const OpReference& target, const DeviceMesh& mesh, const MeshOptions& options,
                                bool gives_list) {
  return {new_operator<RankMeshOperator>(target, mesh, options, gives_list), target.label};
}

}  // namespace ember::xcs
