#include "exec/device_placement.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <ember/log.hpp>

#include "base/lower_case.hpp"

namespace ember::xcs {
namespace {

std::vector<std::string> ids_of(const std::vector<Device>& devices, std::string_view kind,
                                std::optional<int> index = std::nullopt) {
  std::vector<std::string> ids;
  for (const Device& device : devices) {
    if (device.kind == kind && (!index || device.index == *index)) ids.push_back(device.id());
  }
  return ids;
}

/// Empty when no device fits.
std::vector<std::string> matching(std::string_view strategy, const std::vector<Device>& available) {
  const auto colon = strategy.find(':');
  auto kind = strategy.substr(0, colon);
  if (kind == "cuda") kind = "gpu";
  if (colon == std::string_view::npos) return ids_of(available, kind);
  const auto digits = strategy.substr(colon + 1);
  int index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  return ids_of(available, kind, index);
}

struct Warnings {
  std::mutex mutex;
  std::set<std::string, std::less<>> given;
};

Warnings& warnings() {
  static Warnings all;
  return all;
}

void warn_once(const std::string& strategy, const std::vector<Device>& available) {
  {
    const std::lock_guard lock(warnings().mutex);
    if (!warnings().given.insert(strategy).second) return;
  }
  std::string names;
  for (const Device& device : available) names += (names.empty() ? "" : ", ") + device.id();
  log(LogLevel::warning,
      "device_strategy '" + strategy + "': no such device here (" + names + "); using the CPU");
}

}  // namespace

std::vector<std::string> placement(const std::string& strategy, const std::vector<Device>& available) {
  const std::string wanted = lower_case(strategy);
  if (wanted == "auto") {
    auto gpus = ids_of(available, "gpu");
    return gpus.empty() ? std::vector<std::string>{"cpu"} : gpus;
  }
  auto ids = matching(wanted, available);
  if (!ids.empty()) return ids;
  warn_once(wanted, available);
  return {"cpu"};
}

std::vector<std::string> placement(const std::string& strategy) {
  if (strategy == "cpu") return {"cpu"};
  // Kept apart from `devices`, which copies: this is called for every run.
  static const std::vector<Device> available = devices();
  return placement(strategy, available);
}

void forget_placement_warnings() {
  const std::lock_guard lock(warnings().mutex);
  warnings().given.clear();
}

}  // namespace ember::xcs
