#include "workflow/config_errors.hpp"

#include <algorithm>

#include <ember/error.hpp>

#include "base/closest_name.hpp"

namespace ember::workflow {

void ConfigErrors::add(const Place& place, const std::string& message) {
  errors_.push_back({place.line, place.column, place.text() + ": " + message});
}

void ConfigErrors::throw_if_any() const {
  if (errors_.empty()) return;
  std::vector<Entry> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& left, const Entry& right) {
    return std::pair(left.line, left.column) < std::pair(right.line, right.column);
  });
  constexpr std::size_t most = 20;  // More than a screen helps nobody.
  std::string message;
  for (std::size_t i = 0; i < sorted.size() && i < most; ++i) {
    if (i > 0) message += '\n';
    message += sorted[i].text;
  }
  if (sorted.size() > most) message += "\n... and " + std::to_string(sorted.size() - most) + " more errors";
  throw ConfigError(message);
}

void refuse_unknown_keys(const ConfigNode& mapping, const std::vector<std::string>& known,
                         const std::string& what, ConfigErrors& errors) {
  for (const ConfigField& field : mapping.fields) {
    if (std::find(known.begin(), known.end(), field.key) != known.end()) continue;
    const std::string closest = suggestion(field.key, known);
    std::string listed;
    for (const std::string& name : known) listed += (listed.empty() ? "" : ", ") + name;
    errors.add(field.place, "unknown " + what + " '" + field.key + "'" +
                                (closest.empty() ? "; known: " + listed : closest));
  }
}

}  // namespace ember::workflow
