#include <ember/tracer.hpp>

#include <utility>

#include <ember/error.hpp>

#include "exec/provenance.hpp"
#include "exec/scope_policy.hpp"
#include "exec/tracing.hpp"

namespace ember::xcs {
namespace {

/// The settings inside a tracer's scope: its own records, beside those of `trace_execution` around it.
Ambient ambient_of(const std::shared_ptr<TraceSink>& sink, TracerContext* context,
                   const TraceOrigin& origin) {
  const std::shared_ptr<const Span> outer = Span::share_current();
  Tracing tracing;
  if (outer && outer->tracing()) {
    tracing = *outer->tracing();
    // The calls inside belong to this scope, not to the tracer around it.
    if (tracing.context) tracing.sinks.erase(tracing.sinks.begin());
  }
  const bool is_numbered = !tracing.sinks.empty();
  if (!is_numbered) tracing.numbers = std::make_shared<CallNumbers>();
  tracing.origin = origin;
  tracing.sinks.insert(tracing.sinks.begin(), sink);
  tracing.context = context;
  auto span = std::make_shared<const Span>(outer, std::make_shared<const Tracing>(std::move(tracing)),
                                           is_numbered ? outer->place() : std::nullopt);
  Ambient ambient = Ambient::current().with(AmbientSlot::span, std::move(span));
  const ScopePolicy* policy = scope_policy_of(ambient);
  ambient = with_policy(ambient, std::make_shared<const ScopePolicy>(ExecutionOptions(), policy));
  return with_provenance(ambient);
}

}  // namespace

struct TracerContext::State {
  State(std::shared_ptr<TraceSink> given, TracerContext* context)
      : sink(std::move(given)), origin(current_origin()), ambient(ambient_of(sink, context, origin)) {}

  std::shared_ptr<TraceSink> sink;
  std::shared_ptr<KeepingSink> kept;
  TraceOrigin origin;
  AmbientScope ambient;
};

TracerContext::TracerContext() {
  auto kept = std::make_shared<KeepingSink>();
  state_ = std::make_unique<State>(kept, this);
  state_->kept = std::move(kept);
}

TracerContext::TracerContext(std::shared_ptr<TraceSink> sink) {
  if (!sink) throw InvalidArgumentError("a tracer needs a sink for its records");
  state_ = std::make_unique<State>(std::move(sink), this);
}

TracerContext::~TracerContext() {
  end_user_scope(state_, "TracerContext");
}

std::vector<TraceRecord> TracerContext::records() const {
  return state_->kept ? state_->kept->records() : std::vector<TraceRecord>();
}

Trace TracerContext::trace() const {
  return {state_->origin, records()};
}

const TraceOrigin& TracerContext::origin() const noexcept {
  return state_->origin;
}

TracerContext* TracerContext::get_current() noexcept {
  const Span* span = Span::current();
  return span && span->tracing() ? span->tracing()->context : nullptr;
}

}  // namespace ember::xcs
