// Expectation: an output that is compared with a field of the row, for `--expect`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ember/value.hpp>

namespace ember::cli {

struct Expectation {
  std::string output;
  std::string row_field;
};

/// Reads `OUTPUT=FIELD`, or `FIELD`: the output of that name if there is one, else all outputs, against that
/// field of the row. Throws UsageError for an unknown output.
std::vector<Expectation> read_expectations(const std::vector<std::string>& texts,
                                           const std::vector<std::string>& outputs);

/// True when both are equal, or are the same as text: the text `18` matches the number 18.
bool is_match(const Value& output, const Value& expected);

/// How often one expectation was met.
struct Accuracy {
  std::size_t correct = 0;
  /// Rows that have the field, also those that failed.
  std::size_t rows = 0;

  /// `287/663 correct (43.29 %)`.
  [[nodiscard]] std::string text() const;
};

}  // namespace ember::cli
