#include "cli/prometheus_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ember::cli {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

void SecondsHistogram::add(double seconds) noexcept {
  const auto place = std::lower_bound(bounds.begin(), bounds.end(), seconds);
  ++counts_[static_cast<std::size_t>(place - bounds.begin())];
  sum_ += seconds;
}

std::array<std::uint64_t, SecondsHistogram::bounds.size() + 1> SecondsHistogram::up_to_each() const noexcept {
  auto counts = counts_;
  for (std::size_t i = 1; i < counts.size(); ++i) counts[i] += counts[i - 1];
  return counts;
}

void PrometheusText::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  (((text_ += "# HELP ") += name) += ' ') += help;
  ((((text_ += "\n# TYPE ") += name) += ' ') += type) += '\n';
}

void PrometheusText::sample(const Labels& labels, double value) {
  line("", labels, value);
}

void PrometheusText::sample(const Labels& labels, const SecondsHistogram& histogram) {
  const auto counts = histogram.up_to_each();
  Labels bounded = labels;
  bounded.emplace_back("le", "");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string bound =
        i < SecondsHistogram::bounds.size() ? number_text(SecondsHistogram::bounds[i]) : "+Inf";
    bounded.back().second = bound;
    line("_bucket", bounded, static_cast<double>(counts[i]));
  }
  line("_sum", labels, histogram.sum());
  line("_count", labels, static_cast<double>(counts.back()));
}

void PrometheusText::line(std::string_view suffix, const Labels& labels, double value) {
  (text_ += name_) += suffix;
  char separator = '{';
  for (const auto& [name, content] : labels) {
    (((text_ += separator) += name) += "=\"") += escaped(content) + '"';
    separator = ',';
  }
  if (!labels.empty()) text_ += '}';
  (text_ += ' ') += number_text(value) + '\n';
}

}  // namespace ember::cli
