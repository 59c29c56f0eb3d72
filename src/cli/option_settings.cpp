#include "cli/option_settings.hpp"

#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "cli/command.hpp"

namespace ember::cli {
namespace {

Value read_value(const std::string& text) {
  try {
    return parse_json(text);
  } catch (const Error&) {
    return text;
  }
}

}  // namespace

xcs::ExecutionOptions read_options(const std::vector<std::string>& settings) {
  std::vector<std::pair<std::string, Value>> fields;
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--option " + setting + ": expected NAME=VALUE, such as max_workers=4");
    }
    const std::string name = setting.substr(0, equals);
    for (const auto& [given, value] : fields) {
      if (given == name) throw UsageError("execution option '" + name + "' is given twice");
    }
    fields.emplace_back(name, read_value(setting.substr(equals + 1)));
  }
  try {
    return xcs::ExecutionOptions::from(Value::mapping(std::move(fields)));
  } catch (const InvalidArgumentError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace ember::cli
