// ObservedRun: everything about a run that must not depend on how it ran.
#pragma once

#include <cstddef>
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

/// What `run` gives or throws, and the calls that `calls_so_far` counts more after it than before.
template <class RunOnce, class CallsSoFar>
ObservedRun observed_run(const RunOnce& run, const CallsSoFar& calls_so_far) {
  ObservedRun observed;
  const std::vector<int> before = calls_so_far();
  try {
    observed.results = run().to_value();
  } catch (const xcs::ExecutionErrorGroup& group) {
    for (const auto& [name, error] : group.errors()) observed.error += name + ": " + message_of(error) + "\n";
    for (const std::string& name : group.skipped()) observed.error += name + " skipped\n";
    observed.results = group.partial_results().to_value();
  } catch (const xcs::ExecutionError& error) {
    observed.error = error.node() + ": " + error.what();
  }
  observed.calls = calls_so_far();
  for (std::size_t leaf = 0; leaf < before.size(); ++leaf) observed.calls[leaf] -= before[leaf];
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

/// That no leaf is called twice in a run.
///
/// A run that stops at its first failure leaves started calls behind that nobody waits for. In real time they
/// may begin during the next run: then what all runs together called is all that can be known.
class AtMostOneCall {
 public:
  /// `leaves_calls`: runs of this program do.
  AtMostOneCall(std::size_t leaves, bool leaves_calls) : totals_(leaves), leaves_calls_(leaves_calls) {}

  /// Of the next run.
  void check(const ObservedRun& observed, const std::string& what) {
    ++runs_;
    for (std::size_t leaf = 0; leaf < totals_.size(); ++leaf) {
      totals_[leaf] += observed.calls[leaf];
      if (leaves_calls_) {
        EXPECT_LE(totals_[leaf], runs_) << what;
      } else {
        EXPECT_LE(observed.calls[leaf], 1) << what;
      }
    }
  }

 private:
  std::vector<int> totals_;
  const bool leaves_calls_;
  int runs_ = 0;
};

}  // namespace ember::testing
