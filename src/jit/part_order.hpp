// PartOrder: which earlier calls a call waits for because composites say so in `structural_dependencies`.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <ember/op.hpp>

namespace ember::xcs {

/// Follows `forward` of a composite and of those laid open in it. Calls have ascending numbers.
class PartOrder {
 public:
  /// `forward` of `composite` begins, as the part `label` of the one around it.
  void enter(const OperatorBase& composite, const std::string& label);
  void leave() noexcept {
    ordering_frames_ -= frames_.back().dependencies.empty() ? 0 : 1;
    frames_.pop_back();
  }
  /// The calls that a call of part `label` waits for, ascending.
  [[nodiscard]] std::vector<std::size_t> before(const std::string& label) const;
  /// Part `label` was called; the call has the number `call`.
  void add(const std::string& label, std::size_t call);
  /// Calls from number `first` on were never made.
  void take_back(std::size_t first);

 private:
  struct Frame {
    std::string label;
    std::map<std::string, std::vector<std::string>> dependencies;
    /// By part. Calls inside a part that is laid open count for it.
    std::map<std::string, std::vector<std::size_t>> calls;
  };

  [[nodiscard]] const std::string& label_in(std::size_t frame, const std::string& innermost) const {
    return frame + 1 < frames_.size() ? frames_[frame + 1].label : innermost;
  }

  std::vector<Frame> frames_;
  /// Number of frames that have dependencies: mostly none.
  std::size_t ordering_frames_ = 0;
};

/// Throws InvalidArgumentError when a composite in `op` orders parts that it does not have.
void require_known_parts(const OperatorBase& op);

}  // namespace ember::xcs
