// PrometheusText: the text format of Prometheus, version 0.0.4.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ember::cli {

/// How long things took, by classes of seconds that fit model calls.
class SecondsHistogram {
 public:
  static constexpr std::array<double, 15> bounds = {0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1,  2,
                                                    4,     8,    15,   30,  60,   120, 300};

  void add(double seconds) noexcept;

  /// How many took no longer than each of the bounds, and in all.
  [[nodiscard]] std::array<std::uint64_t, bounds.size() + 1> up_to_each() const noexcept;
  [[nodiscard]] double sum() const noexcept { return sum_; }

 private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};
  double sum_ = 0;
};

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class PrometheusText {
 public:
  /// Begins a metric; its samples follow. `type` is `counter`, `gauge` or `histogram`.
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void sample(const Labels& labels, double value);
  void sample(const Labels& labels, const SecondsHistogram& histogram);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void line(std::string_view suffix, const Labels& labels, double value);

  std::string name_;
  std::string text_;
};

}  // namespace ember::cli
