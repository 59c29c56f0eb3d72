// The law: a jitted operator gives what the plain operator gives, or throws what it throws, for every input,
// with the same calls. Checked on random programs; docs/testing.md has the commands for one seed and for
// more.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <optional>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/runtime.hpp>

#include "law_observation.hpp"
#include "law_program.hpp"

namespace ember {
namespace {

using test::LawPace;
using test::LawProgram;
using test::observe;
using test::Observed;
using test::setting;
using test::slowdown;

struct Mode {
  const char* name;
  const char* strategy;
};
constexpr std::array<Mode, 6> modes = {{{"structural", "auto"},
                                        {"enhanced", "auto"},
                                        {"auto", "parallel"},
                                        {"trace", "auto"},
                                        {"trace", "sequential"},
                                        {"auto", "sequential"}}};

bool is_trace(const Mode& mode) {
  return mode.name == std::string("trace");
}

/// Traces are for inputs that come again, and for others that go the same way for a while.
std::size_t input_number(const Mode& mode, std::size_t call) {
  return is_trace(mode) && call % 3 != 2 ? (call * 7 + call / 3) % 5 : call;
}

xcs::JITOptions options_of(const Mode& mode) {
  return {.mode = mode.name, .execution_strategy = mode.strategy};
}

class LawCheck {
 public:
  using Around = std::function<void(const std::function<void()>&)>;

  LawCheck(LawPace pace, int most_workers) : pace_(pace), most_workers_(most_workers) {}

  /// Compares one program on some inputs in every mode. Returns the number of pairs.
  std::size_t check(std::uint64_t seed, std::size_t inputs, const Around& around) {
    const LawProgram plain = test::make_law_program(seed, LawPace::immediate, false);
    LawProgram program = test::make_law_program(seed, pace_, true);
    std::vector<Observed> expected;
    const std::size_t most = std::max<std::size_t>(inputs, 5);
    for (std::size_t i = 0; i < most; ++i) expected.push_back(observe(plain, plain.op, input(seed, i)));
    for (std::size_t mode = 0; mode < modes.size(); ++mode) {
      Op<> fast = xcs::jit(program.op, options_of(modes[mode]));
      for (std::size_t call = 0; call < inputs; ++call) {
        const std::size_t i = input_number(modes[mode], call);
        xcs::ExecutionOptions options;
        const bool is_sequential = modes[mode].strategy == std::string("sequential");
        const int workers = most_workers_ > 0 ? static_cast<int>((seed + mode + call) % 9) : 0;
        if (workers > 0) options.max_workers = workers;
        if (is_sequential) options.use_parallel = false;  // For nested jits, too.
        Observed found;
        around([&] {
          std::optional<xcs::ExecutionScope> scope;
          if (workers > 0 || is_sequential) scope.emplace(options);
          found = observe(program, fast, input(seed, i));
        });
        if (is_trace(modes[mode]) && program.counts->forwards == 0) ++replays_;
        // One call at a time is what plain execution does: the calls are the same even where some fail.
        const bool is_exact = is_sequential && !program.has_missing_parts;
        compare(expected[i], found, is_exact,
                std::string(modes[mode].name) + ' ' + modes[mode].strategy + ", workers " +
                    std::to_string(workers) + ", call " + std::to_string(call) + " with input " +
                    std::to_string(i) + ", replay with EMBER_LAW_SEED=" + std::to_string(seed));
        if (expected[i].has_failures || !expected[i].error.empty()) {
          // Calls that nobody waits for any more may still count: not among those of the next input.
          program = test::make_law_program(seed, pace_, true);
          fast = xcs::jit(program.op, options_of(modes[mode]));
        }
      }
    }
    return inputs;
  }
  /// Calls so far that a trace answered, without `forward`.
  [[nodiscard]] std::size_t replays() const noexcept { return replays_; }

 private:
  static Value input(std::uint64_t seed, std::size_t number) {
    return test::make_law_input(seed * 131 + number);
  }

  static void compare(const Observed& expected, const Observed& found, bool is_exact,
                      const std::string& what) {
    EXPECT_EQ(found.error, expected.error) << what;
    EXPECT_EQ(found.value, expected.value) << what << "\n"
                                           << to_json(found.value) << "\n"
                                           << to_json(expected.value);
    if (is_exact || (!expected.has_failures && expected.error.empty())) {
      EXPECT_EQ(found.calls, expected.calls) << what;
      return;
    }
    // Where something fails, independent calls may have been made that plain execution did not come to.
    for (std::size_t leaf = 0; leaf < expected.calls.size(); ++leaf) {
      EXPECT_GE(found.calls[leaf], expected.calls[leaf]) << what << ", leaf " << leaf;
    }
  }

  const LawPace pace_;
  const int most_workers_;
  std::size_t replays_ = 0;
};

/// Fewer say nothing about how often something happens.
constexpr std::size_t enough_pairs = 200;

/// Checks programs until `pairs` pairs are done, or the one that the environment names.
void check_law(LawCheck check, std::uint64_t first_seed, std::size_t pairs, std::size_t inputs,
               const std::function<void(std::uint64_t, const std::function<void()>&)>& around) {
  const auto check_seed = [&](std::uint64_t seed) {
    return check.check(seed, inputs, [&](const std::function<void()>& body) { around(seed, body); });
  };
  if (const std::uint64_t only = setting("EMBER_LAW_SEED", 0)) {
    check_seed(only);
    return;
  }
  pairs = pairs * setting("EMBER_LAW_SCALE", 1) / slowdown;
  std::size_t done = 0;
  for (std::uint64_t seed = first_seed; done < pairs && !::testing::Test::HasFailure(); ++seed) {
    done += check_seed(seed);
  }
  ::testing::Test::RecordProperty("pairs", static_cast<int>(done));
  EXPECT_TRUE(done < enough_pairs || check.replays() > done / 4) << check.replays() << " of " << done;
  ::testing::Test::RecordProperty("replays", static_cast<int>(check.replays()));
}

void run_plainly(std::uint64_t, const std::function<void()>& body) {
  body();
}

// In two parts, for two cores.
TEST(JitLaw, HoldsWhenCallsEndAtOnce) {
  check_law(LawCheck(LawPace::immediate, 0), 1, 45'000, 20, run_plainly);
}

TEST(JitLaw, HoldsForMoreProgramsWhoseCallsEndAtOnce) {
  check_law(LawCheck(LawPace::immediate, 0), 500'000, 45'000, 20, run_plainly);
}

TEST(JitLaw, HoldsWhenCallsEndElsewhere) {
  check_law(LawCheck(LawPace::handed, 0), 1'000'000, 6'000, 6, run_plainly);
}

TEST(JitLaw, HoldsWithOneToEightWorkers) {
  check_law(LawCheck(LawPace::handed, 8), 2'000'000, 3'000, 6, run_plainly);
}

TEST(JitLaw, HoldsInRealTime) {
  check_law(LawCheck(LawPace::timed, 8), 3'000'000, 300, 4, run_plainly);
}

TEST(JitLaw, HoldsInSimulatedTime) {
  check_law(LawCheck(LawPace::timed, 8), 4'000'000, 1'500, 4,
            [](std::uint64_t seed, const std::function<void()>& body) {
              Runtime::simulated({.seed = seed * 31}).run(body);
            });
}

}  // namespace
}  // namespace ember
