// ValuePath: where inside a nested value something stands, such as `answers[2].text`, for messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ember {

/// One step from the outermost value inwards. Lives on the stack of the code that descends; costs nothing
/// until a message needs the text.
class ValuePath {
 public:
  /// The outermost value.
  ValuePath() noexcept = default;
  /// Lifetime: `parent` and `field` outlive the step.
  ValuePath(const ValuePath& parent, std::string_view field) noexcept
      : parent_(&parent), field_(field), depth_(parent.depth_ + 1) {}
  ValuePath(const ValuePath& parent, std::size_t index) noexcept
      : parent_(&parent), index_(index), is_index_(true), depth_(parent.depth_ + 1) {}
  ValuePath(const ValuePath&) = delete;
  ValuePath& operator=(const ValuePath&) = delete;

  /// `answers[2].text`; empty for the outermost value.
  [[nodiscard]] std::string text() const;
  /// ` at 'answers[2].text'`; empty for the outermost value.
  [[nodiscard]] std::string place() const;
  /// Number of steps from the outermost value.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

 private:
  const ValuePath* parent_ = nullptr;
  std::string_view field_{};
  std::size_t index_ = 0;
  bool is_index_ = false;
  std::size_t depth_ = 0;
};

}  // namespace ember
