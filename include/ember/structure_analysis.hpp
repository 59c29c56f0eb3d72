// What a composition is made of, found by walking its parts. Nothing is called and nothing recorded.
#pragma once

#include <string>
#include <vector>

#include <ember/op.hpp>

namespace ember::xcs {

/// One operator of a composition.
struct StructureNode {
  /// Names of parts from the outermost operator on: `root.panel.judge`.
  std::string path;
  /// The operator's own name.
  std::string name;
  bool is_composite = false;
  /// Paths of its parts, in the order in which they were registered with `child`.
  std::vector<std::string> parts;
};

/// The operators of a composition, each operator object once, under the path that reaches it first; `root` is
/// the first. Transforms stand for what they transform. Throws InvalidArgumentError for an empty handle.
std::vector<StructureNode> analyze_structure(const OpReference& op);

template <class Signature>
std::vector<StructureNode> analyze_structure(const Op<Signature>& op) {
  return analyze_structure(op.reference());
}

}  // namespace ember::xcs
