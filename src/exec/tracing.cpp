#include "exec/tracing.hpp"

#include <algorithm>
#include <utility>

#include "base/current_context.hpp"
#include "base/thread_number.hpp"

namespace ember::xcs {
namespace {

thread_local std::shared_ptr<const Binding> next_provenance;
thread_local std::optional<std::uint64_t> last_call;
/// Not yet copied: most traces are never asked for.
thread_local TraceOrigin last_origin;
thread_local std::shared_ptr<const KeepingSink> last_sink;

}  // namespace

CallNumbers::Place CallNumbers::begin(const std::optional<Place>& parent) {
  const std::lock_guard lock(mutex_);
  Place place{next_call_++, 0};
  const auto is_nested = [&] {
    const auto& open = tracks_[parent->track];
    return !open.empty() && open.back() == parent->call;
  };
  if (parent && is_nested()) {
    place.track = parent->track;
  } else if (free_.empty()) {
    place.track = tracks_.size();
    tracks_.emplace_back();
  } else {
    place.track = free_.extract(free_.begin()).value();
  }
  tracks_[place.track].push_back(place.call);
  return place;
}

void CallNumbers::end(const Place& place) noexcept {
  const std::lock_guard lock(mutex_);
  auto& open = tracks_[place.track];
  open.erase(std::remove(open.begin(), open.end(), place.call), open.end());
  if (open.empty()) free_.insert(place.track);
}

void KeepingSink::record(const std::shared_ptr<const TraceRecord>& call) noexcept {
  const std::lock_guard lock(mutex_);
  records_.push_back(call);
}

std::vector<TraceRecord> KeepingSink::records() const {
  const std::lock_guard lock(mutex_);
  std::vector<TraceRecord> copies;
  copies.reserve(records_.size());
  for (const auto& record : records_) copies.push_back(*record);
  return copies;
}

OpenSpan::OpenSpan(std::shared_ptr<const Span> outer, std::string name, OpReference op, Value inputs)
    : record_(std::make_shared<TraceRecord>()), clock_(current_clock()) {
  const auto place = outer->tracing()->numbers->begin(outer->place());
  record_->operator_name = std::move(name);
  record_->call_id = place.call;
  record_->track = place.track;
  if (outer->place()) record_->parent_id = outer->place()->call;
  record_->op = std::move(op.target);
  record_->label = std::move(op.label);
  record_->inputs = std::move(inputs);
  record_->thread_id = thread_number();
  const Context* context = current_context();
  record_->device = context ? context->device() : "cpu";
  record_->provenance = std::exchange(next_provenance, nullptr);
  span_ = std::make_shared<const Span>(outer, outer->tracing(), place);
  record_->start_time = clock_->now();
}

Ambient OpenSpan::ambient() const {
  return Ambient::current().with(AmbientSlot::span, span_);
}

void OpenSpan::end(const Value& outputs, const std::exception_ptr& error, bool is_cached) {
  record_->end_time = clock_->now();
  record_->outputs = outputs;
  record_->exception = error;
  record_->is_cached = is_cached;
  record_->usage = span_->usage();
  const Tracing& tracing = *span_->tracing();
  last_call = span_->place()->call;
  tracing.numbers->end(*span_->place());
  const std::shared_ptr<const TraceRecord> record = std::move(record_);
  for (const auto& sink : tracing.sinks) sink->record(record);
}

OptionTrace::OptionTrace(Publish publish) : publish_(publish), sink_(std::make_shared<KeepingSink>()) {
  const std::shared_ptr<const Span> outer = Span::share_current();
  Tracing tracing;
  if (outer && outer->tracing()) {
    tracing = *outer->tracing();
  } else {
    tracing.numbers = std::make_shared<CallNumbers>();
    tracing.origin = current_origin();
  }
  tracing.sinks.push_back(sink_);
  tracing.has_option_sink = true;
  span_ = std::make_shared<const Span>(outer, std::make_shared<const Tracing>(std::move(tracing)),
                                       outer ? outer->place() : std::nullopt);
}

OptionTrace::~OptionTrace() {
  if (publish_ == Publish::at_end) publish();
}

Ambient OptionTrace::within(const Ambient& ambient) const {
  return ambient.with(AmbientSlot::span, span_);
}

Trace OptionTrace::trace() const {
  return {span_->tracing()->origin, sink_->records()};
}

void OptionTrace::publish() const {
  last_origin = span_->tracing()->origin;
  last_sink = sink_;
}

bool is_option_traced(const Ambient& ambient) noexcept {
  const auto* span = ambient.get<Span>(AmbientSlot::span);
  return span && span->tracing() && span->tracing()->has_option_sink;
}

Ambient without_option_trace(const Ambient& ambient) {
  if (!is_option_traced(ambient)) return ambient;
  auto outer = ambient.share<Span>(AmbientSlot::span);
  Tracing tracing = *outer->tracing();
  tracing.sinks.pop_back();
  tracing.has_option_sink = false;
  const bool is_traced = !tracing.sinks.empty();
  const auto place = is_traced ? outer->place() : std::nullopt;
  return ambient.with(AmbientSlot::span,
                      std::make_shared<const Span>(
                          std::move(outer),
                          is_traced ? std::make_shared<const Tracing>(std::move(tracing)) : nullptr, place));
}

void set_next_provenance(std::shared_ptr<const Binding> provenance) noexcept {
  next_provenance = std::move(provenance);
}

std::optional<std::uint64_t> last_ended_call() noexcept {
  return last_call;
}

void forget_last_ended_call() noexcept {
  last_call.reset();
}

const std::shared_ptr<Clock>& current_clock() {
  const Context* context = current_context();
  return context ? context->clock() : Clock::real();
}

TraceOrigin current_origin() {
  return {current_clock()->now(), std::chrono::system_clock::now()};
}

Trace last_trace() {
  return last_sink ? Trace{last_origin, last_sink->records()} : Trace();
}

void clear_last_trace() noexcept {
  last_sink = nullptr;
}

}  // namespace ember::xcs
