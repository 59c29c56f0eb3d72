#include "cli/otlp_settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "base/ascii.hpp"
#include "cli/command.hpp"

namespace ember::cli {
namespace {

/// A percent sign that no two hexadecimal digits follow stands for itself.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const char* const end = digits.data() + digits.size();
    if (text[i] == '%' && digits.size() == 2 && std::from_chars(digits.data(), end, byte, 16).ptr == end) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string variable_text(const char* name) {
  const char* const text = std::getenv(name);
  return text ? text : "";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_headers(const std::string& variable,
                                                              const std::string& text) {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view pair = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw UsageError(variable + " is not a list such as NAME=VALUE,NAME=VALUE");
    }
    headers.emplace_back(trimmed(pair.substr(0, equals)), decoded(trimmed(pair.substr(equals + 1))));
  }
  return headers;
}

xcs::OtlpOptions otlp_options(const std::string& url) {
  xcs::OtlpOptions options;
  options.url = url;
  for (const char* name : {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}) {
    options.headers = read_headers(name, variable_text(name));
    if (!options.headers.empty()) break;
  }
  if (std::string name = variable_text("OTEL_SERVICE_NAME"); !name.empty()) {
    options.format.service_name = std::move(name);
  }
  return options;
}

}  // namespace ember::cli
