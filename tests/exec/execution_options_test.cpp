// Options: validation, the order of levels, scopes of threads and of the work they start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>

namespace ember::xcs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class OptionsConformance : public ::testing::Test {
 protected:
  void TearDown() override { reset_execution_options(); }
};
using OptionsTest = OptionsConformance;

std::string refusal(const Value& settings) {
  try {
    ExecutionOptions::from(settings);
    return "accepted";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST_F(OptionsConformance, execution_options_004) {
  EXPECT_EQ(refusal({{"zeta", 1}, {"alpha", 2}}), "Invalid execution options: alpha, zeta");
}

TEST_F(OptionsConformance, execution_options_005) {
  EXPECT_EQ(refusal({{"foo", 1}}), "Invalid execution option: foo");
  EXPECT_FALSE(get_execution_options().max_workers.has_value());
}

TEST_F(OptionsConformance, execution_options_006) {
  const auto scope = execution_options({.scheduler = "sequential"});
  EXPECT_EQ(get_execution_options().use_parallel, false);
}

TEST_F(OptionsConformance, execution_options_008) {
  const auto scope = execution_options({.scheduler = "SEQUENTIAL"});
  EXPECT_EQ(get_execution_options().use_parallel, false);
}

TEST_F(OptionsConformance, execution_options_009) {
  EXPECT_THAT(refusal({{"scheduler", "bogus"}}),
              AllOf(HasSubstr("bogus"), HasSubstr("auto, noop, parallel, sequential, topological, wave")));
}

TEST_F(OptionsConformance, execution_options_010) {
  const ExecutionOptions options{.use_parallel = false, .scheduler = "parallel"};
  EXPECT_FALSE(options.over({}).is_parallel());
}

TEST_F(OptionsConformance, execution_options_016) {
  {
    const auto outer = execution_options({.max_workers = 4});
    {
      const auto inner = execution_options({.max_workers = 2});
      EXPECT_EQ(get_execution_options().max_workers, 2);
    }
    EXPECT_EQ(get_execution_options().max_workers, 4);
  }
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
}

TEST_F(OptionsConformance, execution_options_017) {
  try {
    const auto scope = execution_options({.max_workers = 4});
    throw std::runtime_error("inside");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
}

TEST_F(OptionsConformance, execution_options_020) {
  const auto scope = execution_options({.max_workers = 3});
  std::optional<int> seen = 99;
  std::thread([&] { seen = get_execution_options().max_workers; }).join();
  EXPECT_EQ(seen, std::nullopt);
}

TEST_F(OptionsConformance, execution_options_021) {
  const auto scope = execution_options({.max_workers = 3});
  XCSGraph graph;
  for (int i = 0; i < 6; ++i) {
    graph.add_node(
        op("look", [](const Value&) -> Value { return get_execution_options().max_workers.value_or(-1); }),
        "n" + std::to_string(i));
  }
  for (const auto& [name, seen] : execute(graph, {.scheduler = "parallel"}))
    EXPECT_EQ(seen, Value(3)) << name;
}

TEST_F(OptionsConformance, execution_options_023) {
  const ExecutionOptions options{.max_workers = 4};
  XCSGraph graph;
  graph.add_node(
      op("look", [](const Value&) -> Value { return get_execution_options().max_workers.value_or(-1); }),
      "a");
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto scope = execution_options(options);
    EXPECT_EQ(execute(graph)["a"], Value(4));
  }
  EXPECT_EQ(execute(graph, options)["a"], Value(4));
}

TEST_F(OptionsConformance, execution_options_026) {
  const auto scope = execution_options({.max_workers = 8,
                                        .device_strategy = "auto",
                                        .enable_caching = true,
                                        .trace_execution = true,
                                        .scheduler = "wave",
                                        .collect_metrics = true});
  const auto doubled = op("double", [](const Value& in) -> Value { return in["x"].integer() * 2; });
  EXPECT_EQ(doubled({{"x", 4}}), Value(8));
}

TEST_F(OptionsTest, SettingGivesTheSameSnapshotAsGetting) {
  const ExecutionOptions set = set_execution_options({.max_workers = 7});
  EXPECT_EQ(set.max_workers, 7);
  EXPECT_EQ(set.use_parallel, true);
  EXPECT_EQ(set.device_strategy, "auto");
  EXPECT_EQ(set.fail_fast, true);
}

TEST_F(OptionsConformance, execution_options_029) {
  set_execution_options({.max_workers = 7});
  EXPECT_EQ(get_execution_options().max_workers, 7);
  const auto scope = execution_options({.timeout_seconds = 5.0});
  reset_execution_options();
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
  EXPECT_EQ(get_execution_options().timeout_seconds, 5.0);
}

TEST_F(OptionsTest, EveryBadValueIsRefusedByName) {
  for (const Value& bad : {Value(0), Value(-1), Value(2.5), Value(true), Value("4")}) {
    EXPECT_THAT(refusal({{"max_workers", bad}}), HasSubstr("max_workers"));
  }
  for (const Value& bad : {Value(0), Value(-1.0), Value(true), Value("10"), Value(0.0 / 1 - 1)}) {
    EXPECT_THAT(refusal({{"timeout_seconds", bad}}), HasSubstr("timeout_seconds"));
  }
  for (const char* flag :
       {"use_parallel", "enable_caching", "trace_execution", "collect_metrics", "debug", "fail_fast"}) {
    EXPECT_THAT(refusal({{flag, 1}}), HasSubstr(flag));
    EXPECT_EQ(refusal({{flag, true}}), "accepted");
  }
  EXPECT_THAT(refusal({{"executor", "fibers"}}), HasSubstr("auto, async or thread"));
  EXPECT_THAT(refusal({{"device_strategy", "abacus"}}), HasSubstr("abacus"));
  EXPECT_EQ(refusal({{"device_strategy", "gpu:1"}}), "accepted");
  EXPECT_EQ(refusal({{"device_strategy", "CPU"}}), "accepted");
  EXPECT_THROW(execute(XCSGraph(), {.timeout_seconds = std::numeric_limits<double>::quiet_NaN()}),
               InvalidArgumentError);
  EXPECT_THROW(set_execution_options({.max_workers = 0}), InvalidArgumentError);
  EXPECT_THROW((void)execution_options({.max_workers = 0}), InvalidArgumentError);
  EXPECT_THROW((void)execution_options({.output_nodes = {{"a"}}}), InvalidArgumentError);
}

TEST_F(OptionsTest, SchedulerAndFlagFollowEachOtherAcrossLevels) {
  const auto outer = execution_options({.scheduler = "sequential"});
  {
    const auto inner = execution_options({.use_parallel = true});
    EXPECT_FALSE(get_execution_options().scheduler.has_value());
    EXPECT_TRUE(get_execution_options().is_parallel());
  }
  {
    const auto inner = execution_options({.scheduler = "wave"});
    EXPECT_TRUE(get_execution_options().is_parallel());
    {
      const auto innermost = execution_options({.use_parallel = false});
      EXPECT_FALSE(get_execution_options().scheduler.has_value());
      EXPECT_FALSE(get_execution_options().is_parallel());
    }
  }
  EXPECT_FALSE(get_execution_options().is_parallel());
  EXPECT_FALSE(ExecutionOptions({.max_workers = 1}).is_parallel());
}

TEST_F(OptionsTest, ExplicitArgumentsBeatScopesBeatDefaults) {
  set_execution_options({.max_workers = 8, .timeout_seconds = 100.0});
  const auto scope = execution_options({.max_workers = 4});
  XCSGraph graph;
  graph.add_node(op("look",
                    [](const Value&) -> Value {
                      const auto options = get_execution_options();
                      return {{"workers", *options.max_workers}, {"timeout", *options.timeout_seconds}};
                    }),
                 "a");
  EXPECT_EQ(execute(graph)["a"], Value({{"workers", 4}, {"timeout", 100.0}}));
  EXPECT_EQ(execute(graph, {.max_workers = 2})["a"], Value({{"workers", 2}, {"timeout", 100.0}}));
}

}  // namespace
}  // namespace ember::xcs
