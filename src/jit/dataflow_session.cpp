// The passes of `forward`, and the calls that it makes.
#include "jit/dataflow_session.hpp"

#include <algorithm>
#include <utility>

#include <ember/error.hpp>
#include <ember/fingerprint.hpp>

#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

/// So many failures that `forward` handles may come one by one; then it goes on as plain execution does.
constexpr int most_passes = 16;
constexpr std::size_t most_blocking_calls = 64;

std::size_t helpers_for(const Ambient& ambient) {
  const std::shared_ptr<Limiter> limiter = limiter_of(ambient);
  return limiter ? std::min(limiter->capacity(), most_blocking_calls) : most_blocking_calls;
}

constexpr const char* calls_elsewhere = "forward calls operators on more threads than one";

}  // namespace

Value run_dataflow(DataflowRequest request) {
  return std::make_shared<DataflowSession>(std::move(request))->run();
}

DataflowSession::DataflowSession(DataflowRequest request)
    : request_(std::move(request)),
      executor_(Executor::current()),
      thread_(std::this_thread::get_id()),
      ambient_(Ambient::current()),
      context_(Context::current()),
      most_helpers_(helpers_for(ambient_)) {}

Value DataflowSession::run() {
  Run::leave_permit();
  for (const KnownOutcome& known : request_.known) add_known(known);
  struct Ending {
    DataflowSession& session;
    ~Ending() { session.end(); }
  } const ending{*this};
  for (int pass = 0;; ++pass) {
    if (pass > 0) spoil_log("a call failed, or a part was missing");
    begin_pass(request_.overlap == Overlap::none || pass >= most_passes);
    is_pass_observed_ = pass == 0 && request_.log != nullptr;
    is_observing_ = is_pass_observed_;
    const Outcome outcome = run_forward();
    const bool is_surprise = ends_in_surprise();
    require_in_time();
    if (is_surprise || is_given_up_) continue;
    if (outcome.error) std::rethrow_exception(outcome.error);
    note_answer(outcome.answer);
    const QuietRead quiet(this);
    return outcome.answer.get();
  }
}

void DataflowSession::add_known(const KnownOutcome& known) {
  auto call = std::make_shared<PendingCall>(weak_from_this(), known.op, std::vector<VarData>());
  call->index_ = calls_.size();
  call->input_ = known.input;
  call->has_input_ = true;
  call->is_certain_ = true;
  if (known.output) {
    call->output_ = *known.output;
    call->state_ = State::finished;
    calls_.push_back(std::move(call));
  } else {
    calls_.push_back(call);
    fail(call, known.error, true);
  }
}

void DataflowSession::begin_pass(bool is_eager) {
  const Lock lock(mutex_);
  std::deque<CallPtr> known;
  const auto keep = [&](const CallPtr& call, bool is_of_last_pass) {
    const bool was_started =
        call->has_input_ && call->state_ != State::waiting && call->state_ != State::queued;
    call->dependents_.clear();
    call->after_.clear();
    call->is_taken_ = false;
    if (is_of_last_pass) call->is_certain_ = call->index_ <= first_failed_;
    if (was_started) {
      known.push_back(call);
    } else {
      call->state_ = State::dropped;
    }
  };
  for (const CallPtr& call : calls_) keep(call, true);
  for (const CallPtr& call : known_) keep(call, false);
  known_ = std::move(known);
  calls_.clear();
  queue_.clear();
  derived_.clear();
  order_ = {};
  order_.enter(*request_.target, {});
  first_failed_ = no_call;
  is_given_up_ = false;
  is_eager_ = is_eager;
  executor_->notify(changed_);
}

DataflowSession::Outcome DataflowSession::run_forward() {
  const InterpreterScope scope(shared_from_this());
  Outcome outcome;
  try {
    const OperatorBase& target = *request_.target;
    std::vector<VarData> parts;
    if (is_pass_observed_) {
      parts = observed_inputs();
    } else {
      for (Value& part : split_arguments(target, request_.arguments, target.arity()))
        parts.emplace_back(std::move(part));
    }
    outcome.answer = target.call_symbolic(parts);
  } catch (const PassGivenUp&) {
    is_given_up_ = true;
  } catch (...) {
    spoil_log("forward fails");
    outcome.error = std::current_exception();
  }
  return outcome;
}

bool DataflowSession::ends_in_surprise() {
  if (is_eager_) return false;
  Lock lock(mutex_);
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const CallPtr call = calls_[i];
    while (call->state_ < State::finished && i <= first_failed_ && !fatal_) advance(lock, *call);
  }
  if (fatal_) return false;
  if (first_failed_ != no_call) return true;
  lock.unlock();
  const QuietRead quiet(this);
  try {
    for (const VarData& derived : derived_) (void)derived.get();
  } catch (...) {
    return true;
  }
  return false;
}

void DataflowSession::end() noexcept {
  Lock lock(mutex_);
  is_over_ = true;
  for (const auto& calls :
       {std::vector<CallPtr>(calls_), std::vector<CallPtr>(known_.begin(), known_.end())}) {
    for (const CallPtr& call : calls) {
      call->dependents_.clear();
      if (call->state_ < State::finished) call->state_ = State::dropped;
    }
  }
  calls_.clear();
  known_.clear();
  queue_.clear();
  derived_.clear();
  executor_->notify(changed_);
  lock.unlock();
  stop_.request_stop();
}

bool DataflowSession::is_forward_thread() const noexcept {
  return thread_ == std::this_thread::get_id() && Interpreter::current() == this;
}

void DataflowSession::give_up() {
  is_given_up_ = true;
  throw PassGivenUp();
}

void DataflowSession::require_in_time() {
  const Lock lock(mutex_);
  if (fatal_) std::rethrow_exception(fatal_);
}

void DataflowSession::require_going_on() {
  const Lock lock(mutex_);
  if (is_given_up_ || fatal_ || first_failed_ != no_call) give_up();
}

// Calls of forward
// ---------------------------------------------------------------------------------------------------

Value DataflowSession::call(const OpReference& op, const Value& arguments) {
  if (!is_forward_thread()) {
    spoil_log(calls_elsewhere);
    return run_and_wrap(op, arguments);
  }
  require_going_on();
  if (op.target->is_composite() && settled_form(request_.table, op) == CompositeForm::open) {
    std::vector<VarData> parts;
    for (Value& part : split_arguments(*op.target, arguments, op.target->arity()))
      parts.emplace_back(std::move(part));
    return open_call(op, parts).get();
  }
  return make_call(op, {VarData(arguments)}).get();
}

VarData DataflowSession::call(const OpReference& op, std::vector<VarData> arguments) {
  if (!is_forward_thread()) return call_from_elsewhere(op, arguments);
  require_going_on();
  if (op.target->is_composite() && settled_form(request_.table, op) == CompositeForm::open)
    return open_call(op, arguments);
  return make_call(op, std::move(arguments));
}

VarData DataflowSession::call_from_elsewhere(const OpReference& op, const std::vector<VarData>& arguments) {
  spoil_log(calls_elsewhere);
  // A Var that was carried to another thread, or into something that is recorded or run inside.
  if (Interpreter* current = Interpreter::current()) {
    if (current->is_recording() || dynamic_cast<DataflowSession*>(current))
      return current->call(op, arguments);
  }
  return run_and_wrap(op, joined(arguments));
}

/// `forward` of a nested composite, for the order of its parts and for the log.
class DataflowSession::OpenedScope {
 public:
  OpenedScope(DataflowSession& session, const OpReference& op)
      : order_(session.order_), log_(session.is_pass_observed_ ? session.request_.log.get() : nullptr) {
    order_.enter(*op.target, op.label);
    if (log_) log_->enter(op);
  }
  ~OpenedScope() {
    order_.leave();
    if (log_) log_->leave();
  }
  OpenedScope(const OpenedScope&) = delete;
  OpenedScope& operator=(const OpenedScope&) = delete;

 private:
  PartOrder& order_;
  TraceLog* const log_;
};

VarData DataflowSession::open_call(const OpReference& op, const std::vector<VarData>& arguments) {
  const OpenedScope opened(*this, op);
  try {
    return op.target->call_symbolic(arguments);
  } catch (const PassGivenUp&) {
    throw;
  } catch (...) {
    std::rethrow_exception(wrap_operator_error(op.name(), std::current_exception()));
  }
}

VarData DataflowSession::make_call(const OpReference& op, std::vector<VarData> arguments) {
  const std::vector<std::size_t> before = order_.before(op.label);
  note_call(op, arguments, before);
  CallPtr call = take_known(op, arguments);
  if (!call) {
    bool has_all_inputs = false;
    call = add_call(op, std::move(arguments), before, has_all_inputs);
    if (has_all_inputs) start(call, true);  // Else whoever brings the last one starts it.
  }
  order_.add(op.label, call->index());
  Lock lock(mutex_);
  while (is_eager_ && call->state_ < State::finished && !fatal_) advance(lock, *call);
  if (fatal_) give_up();
  if (call->state_ == State::finished && !is_pass_observed_) return VarData(call->output_);
  if (call->state_ != State::failed) return VarData(std::shared_ptr<const VarSource>(call));
  spoil_log("a call failed");
  // Failed just now, and not in an earlier pass: what comes before it may still be running.
  if (first_failed_ != no_call) give_up();
  call->throw_error();
}

DataflowSession::CallPtr DataflowSession::take_known(const OpReference& op,
                                                     const std::vector<VarData>& arguments) {
  if (known_.empty()) return nullptr;
  const auto is_known_data = [this](const VarData& argument) {
    return argument.is_concrete() || (is_pass_observed_ && is_here(argument));
  };
  if (!std::all_of(arguments.begin(), arguments.end(), is_known_data)) return nullptr;
  const QuietRead quiet(this);
  const Value input = joined(arguments);
  const Lock lock(mutex_);
  for (auto place = known_.begin(); place != known_.end(); ++place) {
    CallPtr call = *place;
    if (call->op_.target != op.target || call->op_.name() != op.name()) continue;
    // Objects without fields can not be compared. Where `forward` must come along again, its place decides.
    const bool is_next = place == known_.begin() && call->is_certain_;
    if (!is_exactly(input, call->input_) && (!is_next || fingerprint(input))) continue;
    known_.erase(place);
    call->index_ = calls_.size();
    call->is_taken_ = !is_eager_;
    calls_.push_back(call);
    return call;
  }
  return nullptr;
}

DataflowSession::CallPtr DataflowSession::add_call(const OpReference& op, std::vector<VarData> arguments,
                                                   const std::vector<std::size_t>& before,
                                                   bool& has_all_inputs) {
  PendingCalls inside;
  for (const VarData& argument : arguments) inside.add_of(argument);
  auto call = std::make_shared<PendingCall>(weak_from_this(), op, std::move(arguments));
  const Lock lock(mutex_);
  call->index_ = calls_.size();
  call->is_taken_ = !is_eager_;
  calls_.push_back(call);
  for (const std::size_t number : before) {
    const CallPtr& other = calls_[number];
    if (other->state_ >= State::finished) continue;  // Also failed: forward has handled that.
    call->after_.push_back(other);
    inside.add(*other);
  }
  for (const PendingCall* other : inside) {
    if (!other->belongs_to(*this) || other->state_ == State::finished) continue;
    const_cast<PendingCall*>(other)->dependents_.push_back(call);
    ++call->missing_;
  }
  has_all_inputs = call->missing_ == 0;
  return call;
}

}  // namespace ember::xcs
