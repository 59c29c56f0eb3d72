// ItemOutputs: the output of a batch whose calls were about one item each.
#pragma once

#include <string>
#include <vector>

#include <ember/axes.hpp>
#include <ember/op.hpp>

#include "transform/batch.hpp"
#include "transform/output_join.hpp"

namespace ember::xcs {

class ItemOutputs {
 public:
  /// `gives_list`: the output is a list, whatever the batch is.
  ItemOutputs(OpReference op, OutputForm form, bool gives_list)
      : op_(std::move(op)), form_(std::move(form)), gives_list_(gives_list) {}

  /// True when outputs stand along the front, all of them.
  [[nodiscard]] bool stands_in_front() const { return form_.axes.value() == Value(0); }
  [[nodiscard]] const OutputForm& form() const noexcept { return form_; }
  [[nodiscard]] bool gives_list() const noexcept { return gives_list_; }
  [[nodiscard]] Value stacked(std::vector<Value> outputs, const std::vector<CallFailure>& failures,
                              BatchStyle style) const;

 private:
  /// What a mapping without items gives: the fields that the operator declares, each empty.
  [[nodiscard]] Value none() const;

  OpReference op_;
  OutputForm form_;
  bool gives_list_;
};

}  // namespace ember::xcs
