#include <ember/value_path.hpp>

#include <vector>

namespace ember {

std::string ValuePath::text() const {
  std::vector<const ValuePath*> steps;
  for (const ValuePath* step = this; step->parent_ != nullptr; step = step->parent_) steps.push_back(step);
  std::string text;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if ((*step)->is_index_) {
      text += "[" + std::to_string((*step)->index_) + "]";
    } else {
      if (!text.empty()) text += '.';
      text += (*step)->field_;
    }
  }
  return text;
}

std::string ValuePath::place() const {
  return parent_ == nullptr ? std::string() : " at '" + text() + "'";
}

}  // namespace ember
