// What the command sends traces with: the environment variables of OpenTelemetry beside `--otlp`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <ember/otlp.hpp>

namespace ember::cli {

/// Options for `url`, with the headers of OTEL_EXPORTER_OTLP_TRACES_HEADERS or OTEL_EXPORTER_OTLP_HEADERS, so
/// that keys need not stand on command lines, and the name of OTEL_SERVICE_NAME. Throws UsageError for
/// headers that can not be read, without showing them.
xcs::OtlpOptions otlp_options(const std::string& url);

/// The headers in `a=b,c=d`; values may be percent-encoded.
std::vector<std::pair<std::string, std::string>> read_headers(const std::string& variable,
                                                              const std::string& text);

}  // namespace ember::cli
