// SpanIds: the ids of traces and spans as they are written, derived from the numbers of calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ember::xcs {

/// Different exporters give different ids to the same numbers. No id is zero: that would be invalid.
class SpanIds {
 public:
  /// Random without a seed.
  explicit SpanIds(std::optional<std::uint64_t> seed);

  /// 32 hexadecimal digits for all calls under `root`.
  [[nodiscard]] std::string trace_id(std::uint64_t root) const;
  /// 16 hexadecimal digits.
  [[nodiscard]] std::string span_id(std::uint64_t call) const;

 private:
  std::uint64_t trace_part_;
  std::uint64_t trace_start_;
  std::uint64_t span_start_;
};

}  // namespace ember::xcs
