// PassReport: what the passes did to a program.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ember::xcs {

struct PassReport {
  std::size_t merged_calls = 0;
  std::size_t folded_inputs = 0;
  std::size_t kept_answers = 0;
  std::size_t dropped_calls = 0;
  std::size_t dropped_look_ups = 0;

  /// One line per pass that did something: `common calls: 2 merged`.
  [[nodiscard]] std::vector<std::string> lines() const;
};

}  // namespace ember::xcs
