#include "simulate/latency.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include <ember/error.hpp>

namespace ember::simulate {

namespace {

constexpr double longest_seconds = 3600;

[[noreturn]] void refuse_duration(std::string_view text) {
  throw InvalidArgumentError(
      "'" + std::string(text) +
      "' is not a duration; expected 250us, 100ms, 1.5s or plain seconds such as 0.1, at most "
      "3600s");
}

}  // namespace

double parse_number(std::string_view text, std::string_view what) {
  double number = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last || !std::isfinite(number) || number < 0) {
    throw InvalidArgumentError("'" + std::string(text) + "' is not a valid " + std::string(what) +
                               "; expected a number of at least 0");
  }
  return number;
}

Duration parse_duration(std::string_view text) {
  static constexpr std::pair<std::string_view, double> units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};
  std::string_view digits = text;
  double seconds_per_unit = 1;
  for (const auto& [suffix, seconds] : units) {
    if (text.ends_with(suffix)) {
      digits = text.substr(0, text.size() - suffix.size());
      seconds_per_unit = seconds;
      break;
    }
  }
  double number = 0;
  try {
    number = parse_number(digits, "duration");
  } catch (const InvalidArgumentError&) {
    refuse_duration(text);
  }
  if (number * seconds_per_unit > longest_seconds) refuse_duration(text);
  return from_seconds(number * seconds_per_unit);
}

Latency Latency::constant(Duration duration) noexcept {
  Latency latency;
  latency.median_ = duration;
  return latency;
}

Latency Latency::lognormal(Duration median, double sigma) noexcept {
  Latency latency;
  latency.median_ = median;
  latency.sigma_ = sigma;
  return latency;
}

Latency Latency::parse(std::string_view text) {
  static constexpr std::string_view prefix = "lognormal:";
  if (!text.starts_with(prefix)) return constant(parse_duration(text));
  const std::string_view settings = text.substr(prefix.size());
  const std::size_t comma = settings.find(',');
  if (comma == std::string_view::npos) {
    throw InvalidArgumentError("'" + std::string(text) +
                               "' is not a latency; expected lognormal:MEDIAN,SIGMA such as "
                               "lognormal:100ms,0.5");
  }
  const Duration median = parse_duration(settings.substr(0, comma));
  return lognormal(median, parse_number(settings.substr(comma + 1), "sigma of a lognormal latency"));
}

Duration Latency::sample(RandomStream& random) const noexcept {
  if (sigma_ == 0) return median_;
  const double seconds = to_seconds(median_) * std::exp(sigma_ * random.normal());
  return from_seconds(std::min(seconds, longest_seconds));
}

}  // namespace ember::simulate
