// DeadlineKeeper: an operator whose call ends at the deadline that options set, and knows what was done by
// then.
#pragma once

namespace ember::xcs {

/// What an operator is besides.
class DeadlineKeeper {
 public:
  /// True when nobody else has to end its calls.
  [[nodiscard]] virtual bool keeps_deadline() const noexcept = 0;

 protected:
  DeadlineKeeper() = default;
  DeadlineKeeper(const DeadlineKeeper&) = default;
  DeadlineKeeper& operator=(const DeadlineKeeper&) = default;
  ~DeadlineKeeper() = default;
};

}  // namespace ember::xcs
