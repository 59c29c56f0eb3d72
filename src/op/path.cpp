#include <ember/var.hpp>

namespace ember {

std::string to_string(const Path& path) {
  std::string text;
  for (const PathStep& step : path) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      text += "[" + std::to_string(*index) + "]";
    } else {
      if (!text.empty()) text += ".";
      text += std::get<std::string>(step);
    }
  }
  return text;
}

Value value_at(const Value& value, const Path& path) {
  Value part = value;
  for (const PathStep& step : path) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      part = part[*index];
    } else {
      part = part[std::string_view(std::get<std::string>(step))];
    }
  }
  return part;
}

}  // namespace ember
