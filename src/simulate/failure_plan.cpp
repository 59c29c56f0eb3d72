#include "simulate/failure_plan.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include <ember/error.hpp>

#include "simulate/latency.hpp"

namespace ember::simulate {

namespace {

constexpr std::array<std::string_view, failure_kinds> names = {"none",  "429", "500", "503",
                                                               "reset", "cut", "drip"};

}  // namespace

std::string_view to_string(Failure failure) noexcept {
  return names[static_cast<std::size_t>(failure)];
}

void FailurePlan::add(std::string_view list) {
  for (std::size_t first = 0; first <= list.size();) {
    const std::size_t last = std::min(list.find(',', first), list.size());
    set(list.substr(first, last - first));
    first = last + 1;
  }
  if (std::accumulate(rates_.begin(), rates_.end(), 0.0) > 1 + 1e-9) {
    throw InvalidArgumentError("the rates of '" + std::string(list) +
                               "' and of earlier failures add up to more than 1");
  }
}

void FailurePlan::set(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  const std::string_view key = entry.substr(0, equals);
  const auto* const name = std::find(names.begin() + 1, names.end(), key);
  if (name == names.end() || equals == std::string_view::npos) {
    throw InvalidArgumentError(
        "'" + std::string(entry) +
        "' is not a failure rate; expected KIND=RATE with KIND one of 429, 500, 503, reset, cut, "
        "drip");
  }
  const double rate = parse_number(entry.substr(equals + 1), "rate of failure '" + std::string(key) + "'");
  if (rate > 1) {
    throw InvalidArgumentError("the rate of failure '" + std::string(key) + "' is " +
                               std::string(entry.substr(equals + 1)) + "; expected 0 to 1");
  }
  rates_[static_cast<std::size_t>(name - names.begin())] = rate;
}

Failure FailurePlan::draw(RandomStream random) const noexcept {
  double position = random.uniform();
  for (std::size_t kind = 1; kind < failure_kinds; ++kind) {
    if (position < rates_[kind]) return static_cast<Failure>(kind);
    position -= rates_[kind];
  }
  return Failure::none;
}

}  // namespace ember::simulate
