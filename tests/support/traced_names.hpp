// What tests look at first in a trace.
#pragma once

#include <string>
#include <vector>

#include <ember/tracer.hpp>

namespace ember::testing {

/// The names of the calls, in order of their completion.
inline std::vector<std::string> names_of(const std::vector<xcs::TraceRecord>& records) {
  std::vector<std::string> names;
  names.reserve(records.size());
  for (const xcs::TraceRecord& record : records) names.push_back(record.operator_name);
  return names;
}

}  // namespace ember::testing
