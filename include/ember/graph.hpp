// XCSGraph: operators as nodes, data flow as edges. A graph is built, then executed any number of times;
// neither sorting nor executing changes it.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/binding.hpp>
#include <ember/op.hpp>

namespace ember::xcs {

class Plan;

/// Pairs of field names, source first: {{"text", "question"}}. The source `*` is the whole value.
using FieldMappings = std::vector<std::pair<std::string, std::string>>;

/// What happens when two sources give the same input field.
enum class OnConflict { error, last };

/// Everything about a node but its operator and id.
struct NodeOptions {
  /// For people; need not be unique. Empty: the operator's name.
  std::string name = {};
  /// Fields of the run inputs that this node gets, as {run input field, node input field}. Nodes without
  /// inbound edges get all of them anyway.
  FieldMappings input_mapping = {};
  /// Free-form facts, copied.
  Value metadata = {};
  /// Recorded inputs: run inputs overlay them on nodes without inbound edges.
  Value inputs = {};
  OnConflict on_conflict = OnConflict::error;
};

/// A node as `XCSGraph` stores it.
struct Node {
  std::string id;
  OpReference op;
  NodeOptions options;
  /// Other names that find this node, unique per graph; the first is the preferred one.
  std::vector<std::string> aliases;
  /// How the input is put together, when it was recorded; else the edges and `options` say it.
  std::optional<Binding> binding;
  /// Recorded from a body that can also run plainly: run inputs reach it only where the body says so, and a
  /// failed look-up is the error of plain execution.
  bool is_program_step = false;
  /// Positions of nodes that it waits for although no data flows.
  std::vector<std::size_t> after;

  /// The first alias, or the id.
  [[nodiscard]] const std::string& display_name() const { return aliases.empty() ? id : aliases.front(); }
};

/// An edge as `XCSGraph` stores it. Without mappings the whole output flows.
struct Edge {
  std::string from;
  std::string to;
  FieldMappings field_mappings;
};

/// A directed acyclic graph of operators. Not thread-safe while it is built; const use is thread-safe.
class XCSGraph {
 public:
  /// The reserved source of edges that carry the run inputs.
  static constexpr std::string_view input_id = "$input";

  /// Adds a node and returns its id: `node_id`, or a fresh `<Operator>_<n>`, n counting all nodes from 0.
  /// `unit` is an Op, an operator object or a function. Throws GraphError for an id that exists,
  /// InvalidArgumentError for an empty Op.
  template <class Unit>
  std::string add_node(Unit unit, std::string node_id = {}, NodeOptions options = {}) {
    OpReference reference = reference_to(std::move(unit), node_id);  // Reads the id before it is moved.
    return add_node(std::move(reference), std::move(node_id), std::move(options));
  }
  std::string add_node(OpReference op, std::string node_id = {}, NodeOptions options = {});
  /// Adds a node whose input is recorded as `binding`; edges follow from the binding. Throws GraphError for
  /// an alias that exists and for a binding that names unknown nodes. `is_program_step`: see Node.
  std::string add_recorded_node(OpReference op, Binding binding, std::string alias = {},
                                bool is_program_step = false);

  /// Lets data flow from one node to another, or from the run inputs (`$input`). Adding an edge again merges
  /// the mappings; once an edge has mappings, only they flow. Throws GraphError for unknown ends (`Source
  /// node 'x' does not exist.`), for an edge from a node to itself and for an edge to a recorded node, whose
  /// inputs are fixed.
  Edge add_edge(const std::string& from, const std::string& to, FieldMappings field_mappings = {});
  /// Lets `second` start only when `first` has finished, although no data flows. Throws GraphError as
  /// `add_edge`, and where data flows back already.
  void add_order(const std::string& first, const std::string& second);
  /// Another name for a node. Throws GraphError when the name is taken.
  void add_alias(const std::string& node, std::string alias);

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
  /// All nodes, in order of insertion.
  [[nodiscard]] const std::vector<Node>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] const std::vector<Edge>& edges() const noexcept { return edges_; }
  [[nodiscard]] bool has_node(std::string_view id_or_alias) const noexcept;
  /// Throws ItemNotFoundError naming the known ids.
  [[nodiscard]] const Node& node(std::string_view id_or_alias) const;
  /// Position in `nodes()`. Throws ItemNotFoundError naming the known ids.
  [[nodiscard]] std::size_t index_of(std::string_view id_or_alias) const;
  /// `known nodes: a, Op1_1 (x)`, for messages about unknown ones; long lists are cut.
  [[nodiscard]] std::string known_names() const;

  /// Ids in order of Kahn's algorithm, ties by insertion. Throws GraphError `Graph contains a cycle: a -> b
  /// -> a`.
  [[nodiscard]] std::vector<std::string> topological_sort() const;
  /// Levels: wave 0 has the sources, wave k the nodes whose last predecessor is in wave k-1. Throws as above.
  [[nodiscard]] std::vector<std::vector<std::string>> get_waves() const;
  [[nodiscard]] std::vector<std::string> predecessors(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> successors(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> sources() const;
  [[nodiscard]] std::vector<std::string> sinks() const;
  /// All nodes that `id` depends on, in order of insertion.
  [[nodiscard]] std::vector<std::string> ancestors(std::string_view id) const;
  [[nodiscard]] bool has_cycle() const;
  /// Checks everything that can be checked before a run. Throws GraphError for cycles and for two mapped
  /// edges that give one input field, naming both sources.
  void validate() const;

  /// One line per node, in topological order: id, operator, where the inputs come from.
  [[nodiscard]] std::string to_text() const;
  /// Graphviz source.
  [[nodiscard]] std::string to_dot() const;
  /// {"nodes": [...], "edges": [...], "waves": [...]}.
  [[nodiscard]] Value to_value() const;
  /// `to_value` as JSON text.
  [[nodiscard]] std::string to_json() const;

  /// An incomplete graph can be looked at, not executed.
  [[nodiscard]] bool is_incomplete() const noexcept { return is_incomplete_; }
  void mark_incomplete() noexcept {
    is_incomplete_ = true;
    plan_cache_.forget();
  }

  /// Indices into `nodes()` of the direct predecessors and successors of node `index`, in order of insertion.
  [[nodiscard]] const std::vector<std::size_t>& predecessor_indices(std::size_t index) const {
    return before_[index];
  }
  [[nodiscard]] const std::vector<std::size_t>& successor_indices(std::size_t index) const {
    return after_[index];
  }
  /// Indices into `edges()` of the edges that end at node `index`, in order of insertion.
  [[nodiscard]] const std::vector<std::size_t>& inbound_edges(std::size_t index) const {
    return inbound_[index];
  }
  /// The graph compiled for execution, kept until the graph changes. Throws GraphError for a cycle and
  /// TraceError for an incomplete graph.
  [[nodiscard]] std::shared_ptr<const Plan> plan() const;
  /// `topological_sort` as indices.
  [[nodiscard]] std::vector<std::size_t> topological_indices() const;

 private:
  template <class Unit>
  static OpReference reference_to(Unit unit, const std::string& node_id) {
    if constexpr (requires { unit.reference(); }) {
      return unit.reference();
    } else if constexpr (std::is_base_of_v<OperatorBase, Unit>) {
      return Op<typename Unit::signature>(std::move(unit)).reference();
    } else {
      return op(node_id.empty() ? std::string("function") : node_id, std::move(unit)).reference();
    }
  }

  friend class PlanCompiler;
  friend XCSGraph merge_graphs(const XCSGraph& base, const XCSGraph& additional, const std::string& space);

  /// Edges from the run inputs have no source node.
  static constexpr std::size_t no_node = static_cast<std::size_t>(-1);

  [[nodiscard]] std::string fresh_id(const OpReference& op) const;
  std::size_t insert_node(Node node);
  std::size_t insert_edge(std::size_t from, std::size_t to, FieldMappings field_mappings);
  void insert_edges_of_binding(std::size_t index);
  void require_free_name(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> ids_of(const std::vector<std::size_t>& indices) const;

  /// The plan of the graph as it is; copies and changes start without one.
  class PlanCache {
   public:
    PlanCache() = default;
    PlanCache(const PlanCache&) noexcept {}
    PlanCache& operator=(const PlanCache&) noexcept {
      forget();
      return *this;
    }
    void forget() noexcept { plan_ = nullptr; }
    std::shared_ptr<const Plan> get(const XCSGraph& graph);

   private:
    std::mutex mutex_;
    std::shared_ptr<const Plan> plan_;
  };

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<std::vector<std::size_t>> before_;
  std::vector<std::vector<std::size_t>> after_;
  std::vector<std::vector<std::size_t>> inbound_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> edge_index_;
  bool is_incomplete_ = false;
  mutable PlanCache plan_cache_;
};

/// A graph with the nodes of both: every id of `additional` becomes `<space>_<id>`, with a number behind it
/// when that exists already. Neither input changes.
XCSGraph merge_graphs(const XCSGraph& base, const XCSGraph& additional, const std::string& space);

}  // namespace ember::xcs
