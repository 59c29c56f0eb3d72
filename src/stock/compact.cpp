// Compact notation: resolves texts, lists and references into operators.
#include <ember/compact.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

#include <ember/error.hpp>
#include <ember/sequential.hpp>

namespace ember::non {
namespace {

constexpr std::size_t max_depth = 200;

class Builder {
 public:
  Builder(const Components& components, const TypeRegistry& types) : components_(components), types_(types) {}

  Op<> build(const CompactSpec& spec) {
    if (++depth_ > max_depth) {
      throw InvalidArgumentError("Compact notation is nested deeper than " + std::to_string(max_depth) +
                                 " levels");
    }
    Op<> built = build_content(spec);
    --depth_;
    return built;
  }

 private:
  Op<> build_content(const CompactSpec& spec) {
    if (const auto* given = std::get_if<Op<>>(&spec.content())) {
      static_cast<void>(given->target());
      return *given;
    }
    if (const auto* items = std::get_if<CompactSpec::List>(&spec.content())) return build_list(*items);
    const Value& data = std::get<Value>(spec.content());
    if (data.is_string()) return build_text(data.string());
    if (data.is_list()) return build_list(data.items());
    IncompatibleTypeError error("Unsupported node type");
    error.add_context("type", std::string(to_string(data.kind())));
    error.set_hint("give a text, a list, or an operator");
    throw error;
  }

  template <class Items>
  Op<> build_list(const Items& items) {
    std::vector<Op<>> parts;
    parts.reserve(items.size());
    for (const auto& item : items) parts.push_back(build(CompactSpec(item)));
    return sequential(parts);
  }

  Op<> build_text(const std::string& text) {
    if (!text.starts_with('$')) return types_.build(OperatorSpec::parse(text));
    // A chain of names is followed in place: however long it is, it nests nothing.
    const std::size_t outer = path_.size();
    const CompactSpec* target = &component(text.substr(1));
    while (const std::string* next = reference_in(*target)) target = &component(next->substr(1));
    Op<> built = build(*target);
    path_.resize(outer);
    return built;
  }

  static const std::string* reference_in(const CompactSpec& spec) {
    const auto* data = std::get_if<Value>(&spec.content());
    return data && data->is_string() && data->string().starts_with('$') ? &data->string() : nullptr;
  }

  /// Looks `name` up and notes it as being built.
  const CompactSpec& component(const std::string& name) {
    const auto found = components_.find(name);
    if (found == components_.end()) throw ItemNotFoundError("Referenced component '" + name + "' not found");
    const auto seen = std::find(path_.begin(), path_.end(), name);
    if (seen != path_.end()) {
      std::string circle;
      for (auto step = seen; step != path_.end(); ++step) circle += "$" + *step + " -> ";
      throw InvalidArgumentError("Circular component reference: " + circle + "$" + name);
    }
    path_.push_back(name);
    return found->second;
  }

  const Components& components_;
  const TypeRegistry& types_;
  std::vector<std::string> path_;
  std::size_t depth_ = 0;
};

}  // namespace

Op<> build_graph(const CompactSpec& spec, const Components& components, const TypeRegistry& type_registry) {
  return Builder(components, type_registry).build(spec);
}

}  // namespace ember::non
