#include <ember/usage.hpp>

#include <cmath>
#include <utility>

#include <ember/error.hpp>

namespace ember {
namespace {

void require_price(double price, const char* name) {
  if (!(price >= 0) || !std::isfinite(price)) {
    throw InvalidArgumentError(std::string(name) + " must be a finite price that is not negative");
  }
}

}  // namespace

UsageStats& UsageStats::operator+=(const UsageStats& other) noexcept {
  total_tokens += other.total_tokens;
  prompt_tokens += other.prompt_tokens;
  completion_tokens += other.completion_tokens;
  cost_usd += other.cost_usd;
  return *this;
}

void ModelCost::validate() const {
  require_price(input_per_thousand, "input_per_thousand");
  require_price(output_per_thousand, "output_per_thousand");
}

double ModelCost::of(std::int64_t prompt_tokens, std::int64_t completion_tokens) const noexcept {
  const double cost = static_cast<double>(prompt_tokens) / 1000 * input_per_thousand +
                      static_cast<double>(completion_tokens) / 1000 * output_per_thousand;
  return std::round(cost * 1e6) / 1e6;
}

UsageTotals& UsageTotals::operator+=(const UsageTotals& other) noexcept {
  calls += other.calls;
  failed_calls += other.failed_calls;
  attempts += other.attempts;
  usage += other.usage;
  latency += other.latency;
  return *this;
}

UsageService::UsageService(Observer observer) : observer_(std::move(observer)) {}

const std::shared_ptr<UsageService>& UsageService::process() {
  // Leaked on purpose: calls may end after static destruction began.
  static const auto* const service = new std::shared_ptr<UsageService>(std::make_shared<UsageService>());
  return *service;
}

void UsageService::record(const CallRecord& call) {
  {
    const std::lock_guard lock(mutex_);
    UsageTotals& totals = totals_[call.model_id];
    totals += {1, call.is_failed ? 1 : 0, call.attempts, call.usage, call.latency};
  }
  if (observer_) observer_(call);
}

void UsageService::add(const std::string& model_id, const UsageStats& usage) {
  CallRecord call;
  call.model_id = model_id;
  call.usage = usage;
  record(call);
}

UsageTotals UsageService::totals(const std::string& model_id) const {
  const std::lock_guard lock(mutex_);
  const auto place = totals_.find(model_id);
  return place == totals_.end() ? UsageTotals() : place->second;
}

UsageTotals UsageService::totals() const {
  UsageTotals all;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, totals] : totals_) all += totals;
  return all;
}

std::map<std::string, UsageTotals> UsageService::by_model() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

void UsageService::reset() {
  const std::lock_guard lock(mutex_);
  totals_.clear();
}

}  // namespace ember
