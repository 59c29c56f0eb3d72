#include "exec/call_observation.hpp"

#include <ember/error.hpp>
#include <ember/log.hpp>

#include "exec/result_cache.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

std::string milliseconds(Duration duration) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::string fraction = std::to_string(microseconds % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(microseconds / 1000) + "." + fraction + " ms";
}

std::optional<OpenSpan> open_span(const OpReference& op, const Value& arguments) {
  const Span* current = Span::current();
  if (current == nullptr || !current->tracing()) return std::nullopt;
  return std::optional<OpenSpan>(std::in_place, Span::share_current(), op.target->name(), op, arguments);
}

}  // namespace

CallObservation::CallObservation(const OpReference& op, const Value& arguments, bool is_debugged)
    : span_(open_span(op, arguments)) {
  if (!is_debugged) return;
  name_ = op.name();
  clock_ = current_clock();
  start_ = clock_->now();
  log(LogLevel::debug, name_ + ": started");
}

Ambient CallObservation::ambient() const {
  return span_ ? span_->ambient() : Ambient::current();
}

void CallObservation::end(const Value& output, const std::exception_ptr& error, bool is_cached) {
  if (span_) span_->end(output, error, is_cached);
  if (name_.empty()) return;
  const std::string time = milliseconds(clock_->now() - start_);
  if (error) {
    log(LogLevel::debug, name_ + ": failed after " + time + ": " + message_of(error));
  } else {
    log(LogLevel::debug, name_ + (is_cached ? ": result from the cache after " : ": finished after ") + time);
  }
}

bool may_remember(const OperatorBase& op) {
  return !op.is_composite() && !op.is_stochastic();
}

std::vector<Value> run_observed_batch(const std::vector<const OpReference*>& ops,
                                      const std::vector<Value>& inputs,
                                      const std::shared_ptr<ResultCache>& cache, bool is_debugged) {
  using Ticket = ResultCache::Ticket;
  const OperatorBase& target = *ops.front()->target;
  std::vector<CallObservation> observations;
  observations.reserve(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) observations.emplace_back(*ops[i], inputs[i], is_debugged);
  std::vector<Ticket> tickets(ops.size());
  std::vector<Value> outputs(ops.size());
  std::vector<Value> open_inputs;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (cache) tickets[i] = cache->look_up(ops[i]->target, inputs[i], nullptr);
    outputs[i] = tickets[i].value;
    if (tickets[i].outcome != Ticket::Outcome::hit) open_inputs.push_back(inputs[i]);
  }
  std::exception_ptr error;
  std::vector<Value> results;
  try {
    const AmbientScope scope(observations.front().ambient());
    if (!open_inputs.empty()) results = run_batch_call(target, open_inputs);
  } catch (...) {
    error = std::current_exception();
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const bool is_hit = tickets[i].outcome == Ticket::Outcome::hit;
    if (!is_hit && !error) outputs[i] = std::move(results[next++]);
    if (cache) cache->finish(tickets[i], ops[i]->target, error ? nullptr : &outputs[i]);
    observations[i].end(outputs[i], is_hit ? nullptr : error, is_hit);
  }
  if (error) std::rethrow_exception(error);
  return outputs;
}

}  // namespace ember::xcs
