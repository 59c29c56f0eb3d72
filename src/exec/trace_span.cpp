#include "exec/trace_span.hpp"

#include <utility>

namespace ember::xcs {

TraceSpan::TraceSpan(std::string name, Value inputs) {
  auto outer = Span::share_current();
  if (outer && outer->tracing())
    span_.emplace(std::move(outer), std::move(name), OpReference(), std::move(inputs));
}

Ambient TraceSpan::ambient() const {
  return span_ ? span_->ambient() : Ambient::current();
}

void TraceSpan::end(const Value& outputs, const std::exception_ptr& error) {
  if (span_) span_->end(outputs, error);
  span_.reset();
}

}  // namespace ember::xcs
