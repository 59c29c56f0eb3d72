// Plan: a graph compiled for execution. Immutable, in topological order; any number of runs of one plan go on
// at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <ember/binding.hpp>
#include <ember/graph.hpp>
#include <ember/op.hpp>
#include <ember/plan_passes.hpp>

#include "graph/plan_schedule.hpp"

#include "graph/binding_store.hpp"

namespace ember::xcs {

/// One contribution to the input of a node that was built by edges, in the order in which they overlay each
/// other.
struct InputPart {
  enum class From { run_inputs, node };
  From from = From::run_inputs;
  std::uint32_t node = 0;
  /// Empty: the whole value.
  FieldMappings mappings;
};

/// The input of a node that was built by edges, where a recipe alone does not say it.
struct EdgeInput {
  OnConflict on_conflict = OnConflict::error;
  Value literal;
  std::vector<InputPart> parts;
};

/// Where a node's input comes from. Small: plans have many.
struct InputRecipe {
  enum class Form : std::uint8_t {
    run_inputs,    ///< the run inputs, overlaid on the literal of an EdgeInput
    whole_output,  ///< the output of a node, as it is
    binding,       ///< a binding; overlaid by the run inputs when `is_source`
    item,          ///< item `index` of the run inputs, which are a list
    parts          ///< the literal of an EdgeInput, overlaid by the merge of its parts
  };
  static constexpr std::uint32_t none = UINT32_MAX;

  Form form = Form::run_inputs;
  /// The run inputs reach this node without being asked for.
  bool is_source = false;
  /// A failed look-up in the binding throws what plain execution throws, not a DataFlowError.
  bool is_program_step = false;
  /// `whole_output`: the node; `binding`: the place in `bindings()`; `item`: its position; else the
  /// EdgeInput, or `none`.
  std::uint32_t index = none;
};

struct PlanNode {
  /// Kept alive by the plan's `references`.
  const OperatorBase* target = nullptr;
  std::uint32_t first_successor = 0;
  std::uint32_t successor_count = 0;
  std::uint32_t predecessor_count = 0;
  /// Level: 0 for sources.
  std::uint32_t wave = 0;
  /// It looks at its input, and throws where the run must not go on. No call: not counted, observed,
  /// remembered or limited, and over at once.
  bool is_check = false;
};

/// The compiled form. Node numbers are positions in topological order (ties by insertion): also the program
/// order by which the first error is chosen.
class Plan {
 public:
  /// Compiles the part of `graph` that `outputs` (ids or aliases) need; all of it without `outputs`. Throws
  /// GraphError (cycle), TraceError (incomplete graph) and InvalidArgumentError (unknown output, listing the
  /// known names).
  static std::shared_ptr<const Plan> compile(
      const XCSGraph& graph, const std::optional<std::vector<std::string>>& outputs = std::nullopt,
      const PlanPasses& passes = {});

  /// `count` independent calls of `op`: each on the item of the run inputs that has its number, or all on the
  /// whole of them.
  static std::shared_ptr<const Plan> of_calls(const OpReference& op, std::size_t count,
                                              InputRecipe::Form input);

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] const PlanNode& node(std::size_t number) const noexcept { return nodes_[number]; }
  [[nodiscard]] const std::uint32_t* successors(const PlanNode& node) const noexcept {
    return successors_.data() + node.first_successor;
  }
  /// The operator, under the name that it has in the graph.
  [[nodiscard]] const OpReference& reference(std::size_t number) const noexcept {
    return references_[reference_of_[number]];
  }
  /// Thread-safe. Recorded plans have no ids until somebody asks for one.
  [[nodiscard]] const std::string& id(std::size_t number) const {
    return ids_.empty() ? recorded_ids()[number] : ids_[number];
  }
  [[nodiscard]] const std::vector<std::string>& aliases(std::size_t number) const noexcept {
    static const std::vector<std::string> no_aliases;
    return aliases_.empty() ? no_aliases : aliases_[number];
  }
  /// The first alias, or the id.
  [[nodiscard]] const std::string& display_name(std::size_t number) const {
    return aliases(number).empty() ? id(number) : aliases(number).front();
  }
  /// The first node that goes by `name`, its id or an alias; `size()` when none does. Thread-safe.
  [[nodiscard]] std::size_t node_named(std::string_view name) const;
  /// The position of node `number` in what was recorded, where plan passes may have taken calls out.
  [[nodiscard]] std::uint32_t position(std::size_t number) const noexcept {
    return positions_.empty() ? static_cast<std::uint32_t>(number) : positions_[number];
  }
  [[nodiscard]] const InputRecipe& recipe(std::size_t number) const noexcept { return recipes_[number]; }
  [[nodiscard]] const EdgeInput& edge_input(std::size_t index) const noexcept { return edge_inputs_[index]; }
  /// Bindings of nodes, and those that whoever made the plan keeps with it.
  [[nodiscard]] const BindingStore& bindings() const noexcept { return bindings_; }
  /// Numbers of the nodes whose outputs the result holds, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& outputs() const noexcept { return outputs_; }
  /// Number of levels, and of calls on the widest.
  [[nodiscard]] std::uint32_t depth() const noexcept { return depth_; }
  [[nodiscard]] std::uint32_t width() const noexcept { return width_; }
  /// True when some operator prefers a GPU.
  [[nodiscard]] bool has_gpu_node() const noexcept { return has_gpu_node_; }
  /// Numbers of the nodes without predecessors, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& sources() const noexcept { return sources_; }

  /// The order in which nodes run when they can not run all at once, and what runs together.
  [[nodiscard]] const PlanSchedule& schedule() const noexcept { return schedule_; }
  /// The node that runs after `number` on the same thread, when nothing else is between them: it waits for
  /// `number` alone, which nothing else waits for, and both are plain calls. `no_link` otherwise.
  static constexpr std::uint32_t no_link = UINT32_MAX;
  [[nodiscard]] std::uint32_t link_of(std::size_t number) const noexcept {
    const PlanNode& node = nodes_[number];
    if (node.successor_count != 1 || !is_plain(node)) return no_link;
    const std::uint32_t successor = successors_[node.first_successor];
    const PlanNode& next = nodes_[successor];
    return next.predecessor_count == 1 && is_plain(next) ? successor : no_link;
  }

  /// Measured time of node `number` in nanoseconds, a running average over runs, until its outcome was there;
  /// 0 before the first measurement. Thread-safe.
  [[nodiscard]] std::uint64_t cost(std::size_t number) const noexcept {
    return static_cast<std::uint64_t>(costs_[number].average.load(std::memory_order_relaxed));
  }
  void note_cost(std::size_t number, std::uint64_t nanoseconds) const noexcept;
  /// What was measured holds no longer: nodes count as unmeasured, and runs overlap. Thread-safe.
  void forget_costs() const noexcept;
  /// Counts a run and says whether its nodes are to be measured: the first few, then one in sixteen, or in
  /// 128 where looking at the clock takes about as long as the nodes. `cores`: how many nodes can compute at
  /// once. Thread-safe.
  [[nodiscard]] bool begin_run(std::size_t cores) const {
    const std::uint32_t run = runs_.fetch_add(1, std::memory_order_relaxed);
    const std::uint32_t period = schedule_.advice() == PlanSchedule::Advice::one_by_one ? 128 : 16;
    if (run <= 4 || run % period == 1) schedule_.learn(*this, run, cores);
    return run < 4 || run % period == 0;
  }

  /// The input of node `number`, given the run inputs and the outputs of the nodes before it. Throws
  /// DataFlowError naming edge and field.
  [[nodiscard]] Value input_of(std::size_t number, const Value& run_inputs, const Value* outputs) const {
    const InputRecipe& recipe = recipes_[number];
    if (recipe.form == InputRecipe::Form::whole_output) return outputs[recipe.index];
    if (recipe.form == InputRecipe::Form::item) return run_inputs.items()[recipe.index];
    return composed_input(number, run_inputs, outputs);
  }

 private:
  [[nodiscard]] static bool is_plain(const PlanNode& node) noexcept {
    return !node.is_check && !node.target->is_async() && !node.target->has_batch();
  }
  [[nodiscard]] Value composed_input(std::size_t number, const Value& run_inputs, const Value* outputs) const;
  [[nodiscard]] const std::vector<std::string>& recorded_ids() const;
  [[nodiscard]] const std::unordered_map<std::string_view, std::uint32_t>& nodes_by_name() const;

  std::vector<PlanNode> nodes_;
  std::vector<std::uint32_t> successors_;
  std::vector<InputRecipe> recipes_;
  BindingStore bindings_;
  std::vector<EdgeInput> edge_inputs_;
  /// Each once.
  std::vector<OpReference> references_;
  std::vector<std::uint32_t> reference_of_;
  /// Of graphs; recorded plans make theirs when they are asked for.
  std::vector<std::string> ids_;
  /// Empty when no node has any.
  std::vector<std::vector<std::string>> aliases_;
  /// Empty when they are the numbers.
  std::vector<std::uint32_t> positions_;
  mutable std::once_flag has_recorded_ids_;
  mutable std::vector<std::string> recorded_ids_;
  /// Of large plans whose nodes are looked for again and again.
  mutable std::once_flag has_nodes_by_name_;
  mutable std::unordered_map<std::string_view, std::uint32_t> nodes_by_name_;
  mutable std::atomic<std::uint32_t> name_look_ups_ = 0;
  std::vector<std::uint32_t> outputs_;
  std::vector<std::uint32_t> sources_;
  std::uint32_t depth_ = 0;
  std::uint32_t width_ = 0;
  bool has_gpu_node_ = false;
  PlanSchedule schedule_;
  /// Nanoseconds; calls may take longer than 32 bits of them.
  struct Cost {
    std::atomic<float> average = 0;
    std::atomic<float> latest = 0;
  };
  std::unique_ptr<Cost[]> costs_;
  mutable std::atomic<std::uint32_t> runs_ = 0;

  friend class PlanBuilder;
};

}  // namespace ember::xcs
