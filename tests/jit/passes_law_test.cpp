// The law of plan passes: with every choice of them a jitted operator gives what the plain operator gives, or
// throws what it throws; operators that are not pure are called as often, pure ones at most as often. Each
// pass is checked alone, and must have done something.
#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/json.hpp>

#include "law_observation.hpp"
#include "law_program.hpp"

namespace ember {
namespace {

using test::LawFlavor;
using test::LawPace;
using test::LawProgram;
using test::observe;
using test::Observed;

constexpr std::size_t inputs_per_program = 12;

struct Way {
  std::string mode;
  /// One call at a time.
  bool is_sequential;
};

/// One choice of passes, checked on programs with pure leaves.
class PassesLaw {
 public:
  /// `evidence`: what `explain` says when the pass did something.
  PassesLaw(xcs::PlanPasses passes, std::string evidence) : passes_(passes), evidence_(std::move(evidence)) {}

  void check(std::uint64_t first_seed, std::size_t programs) {
    if (const std::uint64_t only = test::setting("EMBER_LAW_SEED", 0)) return check_program(only);
    programs = programs * test::setting("EMBER_LAW_SCALE", 1) / test::slowdown;
    for (std::uint64_t seed = first_seed; seed < first_seed + programs; ++seed) {
      check_program(seed);
      if (::testing::Test::HasFailure()) return;
    }
    ::testing::Test::RecordProperty("programs", static_cast<int>(programs));
    ::testing::Test::RecordProperty("changed", static_cast<int>(changed_));
    ::testing::Test::RecordProperty("saved_calls", static_cast<int>(saved_calls_));
    if (evidence_.empty()) {
      EXPECT_EQ(saved_calls_, 0);
    } else {
      EXPECT_GT(changed_ * 20, programs) << "it hardly ever does anything";
      EXPECT_GT(saved_calls_, static_cast<std::int64_t>(programs / 20));
    }
  }

 private:
  void check_program(std::uint64_t seed) {
    const LawPace pace = seed % 4 == 0 ? LawPace::handed : LawPace::immediate;
    for (const Way& way : {Way{"auto", false}, Way{"auto", true}, Way{"trace", false}})
      check_way(seed, pace, way);
  }

  void check_way(std::uint64_t seed, LawPace pace, const Way& way) {
    const bool is_sequential = way.is_sequential;
    const LawProgram plain = test::make_law_program(seed, LawPace::immediate, false, LawFlavor::pure);
    const auto make = [&] { return test::make_law_program(seed, pace, false, LawFlavor::pure); };
    const auto jitted = [&](const LawProgram& program) {
      const char* strategy = is_sequential ? "sequential" : "parallel";
      return xcs::jit(program.op, {.mode = way.mode, .execution_strategy = strategy, .passes = passes_});
    };
    LawProgram program = make();
    Op<> fast = jitted(program);
    bool is_changed = false;
    for (std::size_t number = 0; number < inputs_per_program; ++number) {
      const Value input = test::make_law_input(seed * 131 + number);
      const Observed expected = observe(plain, plain.op, input);
      xcs::ExecutionOptions options;
      if (is_sequential) options.use_parallel = false;
      const std::optional<xcs::ExecutionScope> scope(std::in_place, options);
      const Observed found = observe(program, fast, input);
      const bool is_clean = !expected.has_failures && expected.error.empty();
      compare(plain, expected, found, is_clean, is_sequential && !program.has_missing_parts,
              way.mode + (is_sequential ? " sequential" : " parallel") + ", input " + std::to_string(number) +
                  ", replay with EMBER_LAW_SEED=" + std::to_string(seed) + "\n" + xcs::explain(fast));
      is_changed =
          is_changed || (!evidence_.empty() && xcs::explain(fast).find(evidence_) != std::string::npos);
      if (is_clean) {
        saved_calls_ += total(expected.calls) - total(found.calls);
      } else {
        // Calls that nobody waits for any more may still count: not among those of the next input.
        program = make();
        fast = jitted(program);
      }
    }
    if (is_changed && !is_sequential && way.mode == "auto") ++changed_;
  }

  static std::int64_t total(const std::vector<int>& calls) {
    return std::accumulate(calls.begin(), calls.end(), std::int64_t{0});
  }

  /// `is_exact`: one call at a time, so that also where something fails the calls are those of plain
  /// execution.
  static void compare(const LawProgram& program, const Observed& expected, const Observed& found,
                      bool is_clean, bool is_exact, const std::string& what) {
    EXPECT_EQ(found.error, expected.error) << what;
    EXPECT_EQ(found.value, expected.value) << what << to_json(found.value) << "\n" << to_json(expected.value);
    for (std::size_t leaf = 0; leaf < expected.calls.size(); ++leaf) {
      const std::string where = "leaf " + std::to_string(leaf) + ", " + what;
      const bool may_be_more = !is_clean && !is_exact;
      if (program.is_pure[leaf]) {
        if (!may_be_more) {
          EXPECT_LE(found.calls[leaf], expected.calls[leaf]) << where;
        }
      } else if (may_be_more) {
        EXPECT_GE(found.calls[leaf], expected.calls[leaf]) << where;
      } else {
        EXPECT_EQ(found.calls[leaf], expected.calls[leaf]) << where;
      }
    }
  }

  const xcs::PlanPasses passes_;
  const std::string evidence_;
  std::size_t changed_ = 0;
  std::int64_t saved_calls_ = 0;
};

constexpr xcs::PlanPasses no_passes = {.dead_nodes = false, .common_calls = false, .constant_inputs = false};

xcs::PlanPasses only(bool xcs::PlanPasses::*pass) {
  xcs::PlanPasses passes = no_passes;
  passes.*pass = true;
  return passes;
}

TEST(PassesLaw, HoldsWithoutPasses) {
  PassesLaw(no_passes, "").check(6'000'000, 600);
}

TEST(PassesLaw, HoldsWithoutDeadCalls) {
  PassesLaw(only(&xcs::PlanPasses::dead_nodes), "dead nodes").check(6'100'000, 800);
}

TEST(PassesLaw, HoldsWithCommonCalls) {
  PassesLaw(only(&xcs::PlanPasses::common_calls), "common calls").check(6'200'000, 800);
}

TEST(PassesLaw, HoldsWithConstantInputs) {
  PassesLaw(only(&xcs::PlanPasses::constant_inputs), "constant inputs").check(6'300'000, 800);
}

TEST(PassesLaw, HoldsWithAllPasses) {
  PassesLaw({}, "passes:").check(6'400'000, 800);
}

}  // namespace
}  // namespace ember
