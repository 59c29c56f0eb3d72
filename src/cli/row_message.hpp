// What processes that share rows tell each other, as Values.
#pragma once

#include <cstddef>
#include <vector>

#include <ember/usage.hpp>
#include <ember/value.hpp>

#include "cli/row_outcome.hpp"

namespace ember::cli {

/// A row on its way to the process that runs it.
struct RowOrder {
  std::size_t line_number = 0;
  Value row = {};
};

/// A row that is done, and the model calls that have ended meanwhile, of this row or of others.
struct RowReport {
  RowOutcome outcome = {};
  std::vector<CallRecord> calls = {};
};

Value to_message(const RowOrder& order);
Value to_message(const RowReport& report);
Value to_message(const std::vector<CallRecord>& calls);

/// The inverse of `to_message`. They throw what reading a Value throws when it is none of that.
RowOrder row_order(const Value& message);
RowReport row_report(const Value& message);
std::vector<CallRecord> call_records(const Value& message);

}  // namespace ember::cli
