// TraceSpan: a stretch of work in a trace that is no operator call, such as one row of a file.
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "exec/tracing.hpp"

namespace ember::xcs {

/// Begins inside the current span, and ends once, on any thread. Does nothing where nothing is traced.
class TraceSpan {
 public:
  TraceSpan(std::string name, Value inputs);

  /// The settings of the calling thread with this span as the current one: what starts under them is inside.
  [[nodiscard]] Ambient ambient() const;
  /// Ends the span with what came out, or with `error` when that is not null.
  void end(const Value& outputs, const std::exception_ptr& error = nullptr);

 private:
  std::optional<OpenSpan> span_;
};

}  // namespace ember::xcs
