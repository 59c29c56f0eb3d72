// The metrics of a run as text: exactly, and with labels that need escaping.
#include "cli/live_metrics.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

namespace ember::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

CallRecord call_of(const std::string& model, double seconds, bool is_failed = false) {
  CallRecord call;
  call.model_id = model;
  call.usage = {.total_tokens = 18, .prompt_tokens = 11, .completion_tokens = 7, .cost_usd = 0.25};
  call.elapsed = from_seconds(seconds);
  call.attempts = 3;
  call.is_failed = is_failed;
  return call;
}

TEST(PrometheusText, writes_metrics_with_help_and_type) {
  PrometheusText text;
  text.begin("tea_cups", "gauge", "Cups of tea.");
  text.sample({}, 2);
  text.sample({{"kind", "green"}, {"hot", "yes"}}, 0.5);
  EXPECT_EQ(text.text(),
            "# HELP tea_cups Cups of tea.\n"
            "# TYPE tea_cups gauge\n"
            "tea_cups 2\n"
            "tea_cups{kind=\"green\",hot=\"yes\"} 0.5\n");
}

TEST(PrometheusText, escapes_labels) {
  PrometheusText text;
  text.begin("tea", "gauge", "Tea.");
  text.sample({{"kind", "a\\b\"c\nd"}}, 1);
  EXPECT_THAT(text.text(), HasSubstr("tea{kind=\"a\\\\b\\\"c\\nd\"} 1\n"));
}

TEST(SecondsHistogram, counts_up_to_each_bound) {
  SecondsHistogram histogram;
  for (const double seconds : {0.0, 0.001, 0.3, 0.5, 7.0, 300.0, 1000.0}) histogram.add(seconds);
  EXPECT_THAT(histogram.up_to_each(), ElementsAre(2, 2, 2, 2, 2, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 7));
  EXPECT_DOUBLE_EQ(histogram.sum(), 1307.801);
}

TEST(LiveMetrics, count_calls_by_model) {
  LiveMetrics metrics;
  metrics.add_call(call_of("m", 0.5));
  metrics.add_call(call_of("m", 3));
  metrics.add_call(call_of("m", 0.25, true));
  metrics.add_call(call_of("other", 1));
  const std::string text = metrics.text();
  for (const char* line :
       {"ember_model_calls_total{model=\"m\",status=\"ok\"} 2\n",
        "ember_model_calls_total{model=\"m\",status=\"failed\"} 1\n",
        "ember_model_calls_total{model=\"other\",status=\"failed\"} 0\n",
        "ember_model_attempts_total{model=\"m\"} 9\n", "ember_model_retries_total{model=\"m\"} 6\n",
        "ember_model_tokens_total{model=\"m\",kind=\"prompt\"} 33\n",
        "ember_model_tokens_total{model=\"m\",kind=\"completion\"} 21\n",
        "ember_model_cost_usd_total{model=\"m\"} 0.75\n",
        "ember_model_call_seconds_bucket{model=\"m\",le=\"0.5\"} 2\n",
        "ember_model_call_seconds_bucket{model=\"m\",le=\"+Inf\"} 3\n",
        "ember_model_call_seconds_sum{model=\"m\"} 3.75\n",
        "ember_model_call_seconds_count{model=\"m\"} 3\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(LiveMetrics, show_rows_and_steps) {
  LiveMetrics metrics;
  metrics.set_rows(5, 2, 3);
  metrics.add_step("judge", 0.2);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("ember_rows_total{status=\"ok\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("ember_rows_total{status=\"failed\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("ember_rows_in_flight 3\n"));
  EXPECT_THAT(text, HasSubstr("ember_step_seconds_count{step=\"judge\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("model=")));
}

TEST(LiveMetrics, can_be_written_and_read_by_many_threads) {
  LiveMetrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&metrics] {
      for (int n = 0; n < 250; ++n) metrics.add_call(call_of("m", 0.1));
    });
  }
  threads.emplace_back([&metrics] {
    for (int n = 0; n < 50; ++n) EXPECT_THAT(metrics.text(), HasSubstr("ember_rows_in_flight"));
  });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(metrics.text(), HasSubstr("ember_model_calls_total{model=\"m\",status=\"ok\"} 1000\n"));
}

}  // namespace
}  // namespace ember::cli
