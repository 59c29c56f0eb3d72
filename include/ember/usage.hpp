// Usage: tokens and money of model calls, per call, per model and per run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <ember/clock.hpp>

namespace ember {

/// Tokens and cost of one or more calls. Additive.
struct UsageStats {
  std::int64_t total_tokens = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  /// In US dollars; 0 when the price of the model is not known.
  double cost_usd = 0;

  /// The same as `cost_usd`.
  [[nodiscard]] double cost() const noexcept { return cost_usd; }

  UsageStats& operator+=(const UsageStats& other) noexcept;
  friend UsageStats operator+(UsageStats left, const UsageStats& right) noexcept { return left += right; }
  friend bool operator==(const UsageStats&, const UsageStats&) = default;
};

/// The price of a model in US dollars per thousand tokens.
struct ModelCost {
  double input_per_thousand = 0;
  double output_per_thousand = 0;

  /// Throws InvalidArgumentError naming a price that is negative or no finite number.
  void validate() const;
  /// The price of that many tokens, rounded to six places.
  [[nodiscard]] double of(std::int64_t prompt_tokens, std::int64_t completion_tokens) const noexcept;

  friend bool operator==(const ModelCost&, const ModelCost&) = default;
};

/// What one finished model call took. Holds neither prompt nor answer.
struct CallRecord {
  std::string model_id{};
  UsageStats usage{};
  /// Time of the successful attempt, or of the last one.
  Duration latency{};
  /// Time of the whole call, with all attempts and the waits between them.
  Duration elapsed{};
  int attempts = 1;
  bool is_failed = false;
};

/// Totals over calls.
struct UsageTotals {
  std::int64_t calls = 0;
  std::int64_t failed_calls = 0;
  std::int64_t attempts = 0;
  UsageStats usage{};
  /// Sum over the calls of `CallRecord::latency`.
  Duration latency{};

  /// Attempts beyond the first of each call.
  [[nodiscard]] std::int64_t retries() const noexcept { return attempts - calls; }
  UsageTotals& operator+=(const UsageTotals& other) noexcept;
};

/// Counts calls per model. Thread-safe.
class UsageService {
 public:
  /// Receives every record right after it is counted, on the thread that finished the call; must not throw.
  using Observer = std::function<void(const CallRecord&)>;

  explicit UsageService(Observer observer = {});

  /// The service that counts every call of the process.
  static const std::shared_ptr<UsageService>& process();

  /// Counts one call.
  void record(const CallRecord& call);
  /// Counts one successful call that used `usage`.
  void add(const std::string& model_id, const UsageStats& usage);

  /// Totals of one model; zeros for a model that was never called.
  [[nodiscard]] UsageTotals totals(const std::string& model_id) const;
  /// Totals over all models.
  [[nodiscard]] UsageTotals totals() const;
  /// Totals by model id.
  [[nodiscard]] std::map<std::string, UsageTotals> by_model() const;
  /// Forgets everything counted so far.
  void reset();

 private:
  Observer observer_;
  mutable std::mutex mutex_;
  std::map<std::string, UsageTotals> totals_;
};

/// While it lives, model calls started on this thread, and by work that this thread starts, are also counted
/// by `service`. Scopes nest: the outer services count too. Ends on the thread that started it.
class UsageScope {
 public:
  explicit UsageScope(std::shared_ptr<UsageService> service);
  ~UsageScope();
  UsageScope(const UsageScope&) = delete;
  UsageScope& operator=(const UsageScope&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ember
