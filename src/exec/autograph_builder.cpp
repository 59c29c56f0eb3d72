#include <ember/autograph_builder.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include <ember/error.hpp>
#include <ember/fingerprint.hpp>
#include <ember/log.hpp>
#include <ember/op.hpp>

namespace ember::xcs {
namespace {

/// What the builder knows of a call that becomes a node.
struct Call {
  const TraceRecord* record;
  std::size_t index;
};

/// True for values that have an identity: shared objects in memory, not numbers and the like.
bool has_identity(const Value& value) {
  return value.is_string() || value.is_list() || value.is_mapping() || value.is_array() || value.is_native();
}

/// How far inside of values parts are looked for.
constexpr int deepest = 8;

/// Adds the numbers inside of `value`.
void collect_numbers(const Value& value, std::unordered_set<Fingerprint>& numbers, int depth = 0) {
  if (value.is_integer() || value.is_number()) {
    numbers.insert(*fingerprint(value));
  } else if (depth == deepest) {
    return;
  } else if (value.is_mapping()) {
    for (const auto& [name, child] : value.fields()) collect_numbers(child, numbers, depth + 1);
  } else if (value.is_list()) {
    for (const Value& child : value.items()) collect_numbers(child, numbers, depth + 1);
  }
}

/// The path to `part` inside `whole`, by identity.
std::optional<Path> find_part(const Value& whole, const Value& part, int depth = 0) {
  if (whole.is_same(part)) return Path();
  if (depth == deepest) return std::nullopt;
  const auto look_in = [&](const Value& child, PathStep step) -> std::optional<Path> {
    auto path = find_part(child, part, depth + 1);
    if (path) path->insert(path->begin(), std::move(step));
    return path;
  };
  if (whole.is_mapping()) {
    for (const auto& [name, child] : whole.fields()) {
      if (auto path = look_in(child, name)) return path;
    }
  } else if (whole.is_list()) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (auto path = look_in(whole.items()[i], i)) return path;
    }
  }
  return std::nullopt;
}

class Builder {
 public:
  explicit Builder(const std::vector<TraceRecord>& records) {
    for (const TraceRecord& record : records) by_id_.emplace(record.call_id, &record);
    std::vector<const TraceRecord*> chosen = outermost(records);
    if (chosen.size() == 1) expand(records, chosen);
    std::sort(chosen.begin(), chosen.end(), [](const TraceRecord* left, const TraceRecord* right) {
      return left->call_id < right->call_id;
    });
    for (const TraceRecord* record : chosen) calls_.push_back({record, calls_.size()});
  }

  XCSGraph build() {
    for (const Call& call : calls_) add(call);
    return std::move(graph_);
  }

 private:
  std::vector<const TraceRecord*> outermost(const std::vector<TraceRecord>& records) const {
    std::vector<const TraceRecord*> chosen;
    for (const TraceRecord& record : records) {
      if (!record.parent_id || !by_id_.contains(*record.parent_id)) chosen.push_back(&record);
    }
    return chosen;
  }

  /// The calls of the only outermost one, when that is a composite whose calls are among the records.
  void expand(const std::vector<TraceRecord>& records, std::vector<const TraceRecord*>& chosen) {
    const TraceRecord* root = chosen.front();
    if (!root->op || !root->op->is_composite()) return;
    std::vector<const TraceRecord*> inside;
    for (const TraceRecord& record : records) {
      if (record.parent_id == root->call_id) inside.push_back(&record);
    }
    if (inside.empty()) return;
    chosen = std::move(inside);
    composite_ = root;
  }

  void add(const Call& call) {
    const TraceRecord& record = *call.record;
    if (!record.op) {
      throw InvalidArgumentError("the record '" + record.node_id() +
                                 "' has no operator: it can not become a node");
    }
    is_known_ = record.provenance != nullptr;
    Binding binding = record.provenance ? from_provenance(*record.provenance) : Binding();
    if (!is_known_) {
      is_known_ = true;
      binding = from_identity(record.inputs, call);
    }
    const std::string id = graph_.add_recorded_node({record.op, record.label}, std::move(binding));
    nodes_.emplace(record.call_id, call.index);
    if (!is_known_) warn_of_numbers(record, id);
    collect_numbers(record.outputs, given_numbers_);
    if (is_known_) return;
    for (std::size_t before = 0; before < call.index; ++before) {
      graph_.add_order(graph_.nodes()[before].id, id);
    }
  }

  /// Numbers have no identity. One that an earlier call gave may have come from there, and is a constant of
  /// the graph all the same.
  void warn_of_numbers(const TraceRecord& record, const std::string& id) const {
    std::unordered_set<Fingerprint> numbers;
    collect_numbers(record.inputs, numbers);
    const bool is_given = std::any_of(numbers.begin(), numbers.end(),
                                      [this](const auto& number) { return given_numbers_.contains(number); });
    if (!is_given) return;
    log(LogLevel::warning,
        "autograph: the input of '" + id +
            "' holds a number that an earlier call gave, and whether it came from there was not "
            "seen: the graph keeps the recorded one, whatever its inputs are");
  }

  /// The observed binding, counted in nodes; inputs of the composite become the recorded ones.
  Binding from_provenance(const Binding& observed) {
    Binding binding = observed;
    if (observed.form == Binding::Form::graph_input) {
      if (composite_ == nullptr) return unknown(Binding::of_literal({}));
      return Binding::of_literal(value_at(composite_->inputs, observed.path));
    }
    if (observed.form == Binding::Form::node) {
      const auto node = nodes_.find(observed.node);
      if (node == nodes_.end()) return unknown(Binding::of_literal({}));
      binding.node = node->second;
    }
    for (auto& [name, part] : binding.parts) part = from_provenance(part);
    return binding;
  }

  Binding unknown(Binding binding) {
    is_known_ = false;
    return binding;
  }

  Binding from_identity(const Value& value, const Call& call) {
    if (has_identity(value)) {
      for (std::size_t before = call.index; before-- > 0;) {
        const auto path = find_part(calls_[before].record->outputs, value);
        if (path) return Binding::of_node(before, *path);
      }
    }
    if (value.is_mapping() && value.size() > 0) return from_fields(value, call);
    if (call.index > 0) is_known_ = false;
    return Binding::of_literal(value);
  }

  Binding from_fields(const Value& value, const Call& call) {
    Binding binding;
    binding.form = Binding::Form::object;
    bool is_literal = true;
    for (const auto& [name, field] : value.fields()) {
      binding.parts.emplace_back(name, from_identity(field, call));
      is_literal = is_literal && binding.parts.back().second.form == Binding::Form::literal;
    }
    return is_literal ? Binding::of_literal(value) : binding;
  }

  XCSGraph graph_;
  std::map<std::uint64_t, const TraceRecord*> by_id_;
  std::map<std::uint64_t, std::size_t> nodes_;
  std::vector<Call> calls_;
  const TraceRecord* composite_ = nullptr;
  /// What the outputs of the calls so far hold.
  std::unordered_set<Fingerprint> given_numbers_;
  /// Where all of the input of the call at hand came from.
  bool is_known_ = true;
};

}  // namespace

XCSGraph AutoGraphBuilder::build_graph(const std::vector<TraceRecord>& records) const {
  return Builder(records).build();
}

XCSGraph autograph(const std::vector<TraceRecord>& records) {
  if (records.empty()) throw TraceError("there are no records to build a graph from");
  return AutoGraphBuilder().build_graph(records);
}

}  // namespace ember::xcs
