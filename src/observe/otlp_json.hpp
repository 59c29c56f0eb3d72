// The JSON encoding of OTLP: ids in lower-case hexadecimal, 64-bit integers as decimal texts, enumerations as
// numbers, names in camelCase.
#pragma once

#include <string>
#include <vector>

#include <ember/otlp.hpp>
#include <ember/tracer.hpp>

#include "observe/span_ids.hpp"
#include "observe/trace_assembly.hpp"

namespace ember::xcs {

/// Writes spans of one exporter.
class OtlpWriter {
 public:
  OtlpWriter(OtlpFormat format, TraceOrigin origin);

  /// One `Span`.
  [[nodiscard]] std::string span(const PlacedCall& call) const;
  /// The `ExportTraceServiceRequest` with these spans.
  [[nodiscard]] std::string request(const std::vector<std::string>& spans) const;

 private:
  OtlpFormat format_;
  TraceOrigin origin_;
  SpanIds ids_;
};

}  // namespace ember::xcs
