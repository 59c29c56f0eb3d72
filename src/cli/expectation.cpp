#include "cli/expectation.hpp"

#include <algorithm>
#include <cstdio>

#include <ember/json.hpp>

#include "base/closest_name.hpp"
#include "cli/command.hpp"

namespace ember::cli {

namespace {

std::string as_text(const Value& value) {
  return value.is_string() ? value.string() : to_json(value);
}

}  // namespace

std::vector<Expectation> read_expectations(const std::vector<std::string>& texts,
                                           const std::vector<std::string>& outputs) {
  std::vector<Expectation> expectations;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string output = text.substr(0, equals);
    const std::string field = equals == std::string::npos ? text : text.substr(equals + 1);
    const bool is_output = std::find(outputs.begin(), outputs.end(), output) != outputs.end();
    if (output.empty() || field.empty())
      throw UsageError("--expect " + text + ": expected FIELD or OUTPUT=FIELD");
    if (is_output) {
      expectations.push_back({output, field});
    } else if (equals == std::string::npos) {
      for (const std::string& each : outputs) expectations.push_back({each, field});
    } else {
      throw UsageError("--expect " + text + ": the workflow has no output '" + output + "'" +
                       suggestion(output, outputs));
    }
  }
  return expectations;
}

bool is_match(const Value& output, const Value& expected) {
  if (output == expected) return true;
  if (output.is_null() || expected.is_null()) return false;
  return as_text(output) == as_text(expected);
}

std::string Accuracy::text() const {
  char share[32];
  std::snprintf(share, sizeof share, "%.2f",
                rows == 0 ? 0.0 : 100.0 * static_cast<double>(correct) / static_cast<double>(rows));
  return std::to_string(correct) + "/" + std::to_string(rows) + " correct (" + share + " %)";
}

}  // namespace ember::cli
