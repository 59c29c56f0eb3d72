// ObservedRun: everything about a run that must not depend on how it ran.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <ember/execute.hpp>

namespace ember::testing {

struct ObservedRun {
  Value results;
  std::string error;
  std::vector<int> calls;
};

/// What `run` gives or throws. The calls are left to the caller.
template <class RunOnce>
ObservedRun observed_run(const RunOnce& run) {
  ObservedRun observed;
  try {
    observed.results = run().to_value();
  } catch (const xcs::ExecutionErrorGroup& group) {
    for (const auto& [name, error] : group.errors()) observed.error += name + ": " + message_of(error) + "\n";
    for (const std::string& name : group.skipped()) observed.error += name + " skipped\n";
    observed.results = group.partial_results().to_value();
  } catch (const xcs::ExecutionError& error) {
    observed.error = error.node() + ": " + error.what();
  }
  return observed;
}

inline void expect_same(const ObservedRun& observed, const ObservedRun& expected, const std::string& what) {
  EXPECT_EQ(observed.results, expected.results) << what;
  EXPECT_EQ(observed.error, expected.error) << what;
  // A failing run may have started independent calls that plain execution would not have reached.
  if (expected.error.empty()) {
    EXPECT_EQ(observed.calls, expected.calls) << what;
  }
}

}  // namespace ember::testing
