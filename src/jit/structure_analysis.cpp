#include <ember/structure_analysis.hpp>

#include <unordered_map>

namespace ember::xcs {
namespace {

const OperatorBase& unwrapped(const OperatorBase& target) {
  const OperatorBase* original = target.original();
  return original ? unwrapped(*original) : target;
}

class StructureWalk {
 public:
  std::vector<StructureNode> nodes;

  /// The path under which `target` is listed.
  std::string visit(const OperatorBase& given, const std::string& path) {
    const OperatorBase& target = unwrapped(given);
    const auto [known, is_new] = paths_.emplace(&target, path);
    if (!is_new) return known->second;
    const std::size_t number = nodes.size();
    nodes.push_back({path, target.name(), target.is_composite(), {}});
    std::vector<std::string> parts;
    for (const auto& child : target.children()) {
      parts.push_back(visit(*child.target, path + "." + child.name));
    }
    nodes[number].parts = std::move(parts);
    return path;
  }

 private:
  std::unordered_map<const OperatorBase*, std::string> paths_;
};

}  // namespace

std::vector<StructureNode> analyze_structure(const OpReference& op) {
  if (!op.target) throw_empty_op();
  StructureWalk walk;
  walk.visit(*op.target, "root");
  return std::move(walk.nodes);
}

}  // namespace ember::xcs
