// BatchLayout: which parts of an input are batched, and what each item of it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/axes.hpp>
#include <ember/columns.hpp>
#include <ember/op.hpp>
#include <ember/value.hpp>

#include "transform/output_join.hpp"

namespace ember::xcs {

/// Immutable. Keeps the input alive, copies nothing of it.
class BatchLayout {
 public:
  struct Rules {
    const Axes& in_axes;
    const std::string& transform;
    /// False: parts of different lengths are cut to the shortest, with a warning.
    bool is_strict = true;
    /// The name of the option that set the axes.
    std::string_view option = "in_axes";
  };

  /// The layout of `arguments` (in their one-Value form) of `target`. Throws TransformError when axes and
  /// input do not fit, or lengths differ.
  BatchLayout(const OperatorBase& target, const Value& arguments, const Rules& rules);

  /// False: nothing is batched.
  [[nodiscard]] bool is_batched() const noexcept { return !parts_.empty(); }
  /// Number of items.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] BatchStyle style() const noexcept { return style_; }
  /// The input of the call for the item at `index`.
  [[nodiscard]] Value item(std::size_t index) const;
  /// The input of a call for the items `[first, last)`: their lists, and the constants.
  [[nodiscard]] Value slice(std::size_t first, std::size_t last) const;
  /// The items `[first, last)` by column: along the front, whichever axis the input has them along.
  [[nodiscard]] Columns columns(std::size_t first, std::size_t last) const;
  /// Names of the batched fields; empty when the batch is no mapping.
  [[nodiscard]] std::vector<std::string> batched_fields() const;

 private:
  /// Something that is divided.
  struct Part {
    /// Where it stands among the fields or arguments.
    std::size_t position;
    std::string name;
    Value content;
    std::size_t axis = 0;
  };

  void lay_out_mapping(const Rules& rules);
  void lay_out_list(const Rules& rules);
  void lay_out_arguments(const OperatorBase& target, const Rules& rules);
  void add_part(std::size_t position, std::string name, const Value& content, const Value& axis,
                const Rules& rules);
  void agree_on_size(const Rules& rules);
  template <class Take>
  [[nodiscard]] Value assembled(const Take& take) const;

  Value arguments_;
  BatchStyle style_ = BatchStyle::list;
  /// The fields of a mapping, or the arguments under empty names.
  std::vector<std::pair<std::string, Value>> whole_;
  std::vector<Part> parts_;
  std::size_t size_ = 0;
};

}  // namespace ember::xcs
