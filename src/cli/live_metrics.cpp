#include "cli/live_metrics.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>

#include <ember/clock.hpp>
#include <ember/version.hpp>

namespace ember::cli {
namespace {

/// Seconds since 1970, or 0 where the system does not tell.
double process_start_time() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The name of the command is in brackets and may hold anything, so counting begins behind it.
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string field;
  constexpr int fields_before_start = 19;
  for (int i = 0; i < fields_before_start; ++i) fields >> field;
  double ticks = 0;
  timespec since_boot{};
  if (!(fields >> ticks) || ::clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return 0;
  const double uptime =
      static_cast<double>(since_boot.tv_sec) + static_cast<double>(since_boot.tv_nsec) / 1e9;
  const double age = uptime - ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count() - age;
}

}  // namespace

void LiveMetrics::add_call(const CallRecord& call) {
  const std::lock_guard lock(mutex_);
  ModelCalls& calls = models_[call.model_id];
  ++(call.is_failed ? calls.failed : calls.succeeded);
  calls.attempts += static_cast<std::uint64_t>(call.attempts);
  calls.prompt_tokens += call.usage.prompt_tokens;
  calls.completion_tokens += call.usage.completion_tokens;
  calls.cost_usd += call.usage.cost_usd;
  calls.seconds.add(to_seconds(call.elapsed));
}

void LiveMetrics::add_step(const std::string& name, double seconds) {
  const std::lock_guard lock(mutex_);
  steps_[name].add(seconds);
}

void LiveMetrics::set_rows(std::size_t succeeded, std::size_t failed, std::size_t in_flight) {
  const std::lock_guard lock(mutex_);
  rows_ = {succeeded, failed, in_flight};
}

std::string LiveMetrics::text() const {
  // Copied, so that calls do not wait for the writing.
  std::unique_lock lock(mutex_);
  const Rows rows = rows_;
  const auto models = models_;
  const auto steps = steps_;
  lock.unlock();

  PrometheusText text;
  text.begin("ember_rows_total", "counter", "Rows that are finished and written.");
  text.sample({{"status", "ok"}}, static_cast<double>(rows.succeeded));
  text.sample({{"status", "failed"}}, static_cast<double>(rows.failed));
  text.begin("ember_rows_in_flight", "gauge", "Rows that are running.");
  text.sample({}, static_cast<double>(rows.in_flight));
  write_models(text, models);
  text.begin("ember_step_seconds", "histogram", "Time of the steps of the finished rows.");
  for (const auto& [name, seconds] : steps) text.sample({{"step", name}}, seconds);
  text.begin("process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.");
  static const double start_time = process_start_time();
  text.sample({}, start_time);
  text.begin("ember_build_info", "gauge", "The version of ember; always 1.");
  text.sample({{"version", version}}, 1);
  return text.text();
}

void LiveMetrics::write_models(PrometheusText& text, const std::map<std::string, ModelCalls>& models) {
  text.begin("ember_model_calls_total", "counter", "Finished model calls.");
  for (const auto& [id, calls] : models) {
    text.sample({{"model", id}, {"status", "ok"}}, static_cast<double>(calls.succeeded));
    text.sample({{"model", id}, {"status", "failed"}}, static_cast<double>(calls.failed));
  }
  text.begin("ember_model_attempts_total", "counter", "Attempts of finished model calls.");
  for (const auto& [id, calls] : models) text.sample({{"model", id}}, static_cast<double>(calls.attempts));
  text.begin("ember_model_retries_total", "counter", "Attempts beyond the first of each model call.");
  for (const auto& [id, calls] : models) {
    text.sample({{"model", id}}, static_cast<double>(calls.attempts - calls.succeeded - calls.failed));
  }
  text.begin("ember_model_tokens_total", "counter", "Tokens of finished model calls.");
  for (const auto& [id, calls] : models) {
    text.sample({{"model", id}, {"kind", "prompt"}}, static_cast<double>(calls.prompt_tokens));
    text.sample({{"model", id}, {"kind", "completion"}}, static_cast<double>(calls.completion_tokens));
  }
  text.begin("ember_model_cost_usd_total", "counter", "Cost in US dollars; 0 where the price is not known.");
  for (const auto& [id, calls] : models) text.sample({{"model", id}}, calls.cost_usd);
  text.begin("ember_model_call_seconds", "histogram", "Time of model calls, with all attempts and waits.");
  for (const auto& [id, calls] : models) text.sample({{"model", id}}, calls.seconds);
}

}  // namespace ember::cli
