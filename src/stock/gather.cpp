#include "stock/gather.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <ember/error.hpp>

#include "base/ambient.hpp"

namespace ember::non {
namespace {

class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  Gathering(std::vector<Model> members, Prompt prompt, const Context& context, const GatherOptions& options,
            CompletionCallback done)
      : members_(std::move(members)),
        prompt_(std::move(prompt)),
        context_(context),
        options_(options),
        ambient_(Ambient::current()),
        done_(std::move(done)),
        stops_(options.continue_on_errors ? 0 : members_.size()),
        answers_(members_.size()),
        first_failed_(members_.size()) {}

  void start() {
    if (!stops_.empty() && context_.stop_token().stop_possible()) {
      // Whoever stops us may hold the last reference to us by then.
      on_stop_.emplace(context_.stop_token(), StopAll{weak_from_this()});
    }
    start_more();
  }

 private:
  struct StopAll {
    std::weak_ptr<Gathering> gathering;
    void operator()() const {
      if (const auto self = gathering.lock()) self->stop_after(0);
    }
  };

  /// Starts what may start. Only one thread at a time is in here; answers that come meanwhile leave the rest
  /// to it.
  void start_more() {
    std::unique_lock lock(mutex_);
    if (is_starting_) return;
    is_starting_ = true;
    while (next_ < members_.size() && next_ < first_failed_ && open_ < options_.limit) {
      const std::size_t index = next_++;
      ++open_;
      lock.unlock();
      ask(index);
      lock.lock();
    }
    is_starting_ = false;
    const bool is_over = open_ == 0 && !is_over_;
    if (is_over) is_over_ = true;
    lock.unlock();
    if (is_over) finish();
  }

  void ask(std::size_t index) {
    // Later members start on the thread of an earlier one's answer, which has other settings.
    const AmbientScope scope(ambient_);
    try {
      members_[index].complete_async(prompt_, {}, context_of(index),
                                     [self = shared_from_this(), index](Result<Completion> reply) {
                                       self->take(index, std::move(reply));
                                     });
    } catch (...) {
      take(index, std::current_exception());
    }
  }

  [[nodiscard]] Context context_of(std::size_t index) const {
    if (stops_.empty()) return context_;
    return {context_.clock(), context_.deadline(), stops_[index].get_token(), context_.device()};
  }

  void take(std::size_t index, Result<Completion> reply) {
    bool has_failed_first = false;
    {
      const std::lock_guard lock(mutex_);
      if (reply) {
        answers_[index] = std::move(reply).value().text;
      } else if (index < first_failed_ && (!options_.continue_on_errors || is_cut_off())) {
        first_failed_ = index;
        failure_ = reply.error();
        has_failed_first = true;
      }
    }
    // The call counts as open until those after it are told, so that the end can not overtake the stop.
    if (has_failed_first) stop_after(index + 1);
    {
      const std::lock_guard lock(mutex_);
      --open_;
    }
    start_more();
  }

  /// A member that was cut off has not failed by itself: the whole is unwanted or late, and must not pass as
  /// complete.
  [[nodiscard]] bool is_cut_off() const {
    return context_.stop_requested() || context_.clock()->now() >= context_.deadline();
  }

  void stop_after(std::size_t first) {
    // Without our lock: a provider may answer inside request_stop.
    for (std::size_t index = first; index < stops_.size(); ++index) stops_[index].request_stop();
  }

  void finish() {
    if (first_failed_ == members_.size()) {
      done_(Value::list(std::move(answers_)));
    } else {
      done_.fail(unit_error());
    }
  }

  [[nodiscard]] std::exception_ptr unit_error() const {
    const std::string number = std::to_string(first_failed_ + 1);
    OperatorExecutionError error("unit " + number + " of " + std::to_string(members_.size()) + " (" +
                                 members_[first_failed_].id() + ") failed: " + message_of(failure_));
    error.set_path("unit_" + number);
    error.set_cause(failure_);
    return std::make_exception_ptr(std::move(error));
  }

  const std::vector<Model> members_;
  const Prompt prompt_;
  const Context context_;
  const GatherOptions options_;
  const Ambient ambient_;
  CompletionCallback done_;
  // One for each member, as a failure stops only those after it; none where failures stop nobody.
  std::vector<std::stop_source> stops_;

  std::mutex mutex_;
  std::vector<Value> answers_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  std::size_t first_failed_;
  std::exception_ptr failure_;
  bool is_starting_ = false;
  bool is_over_ = false;
  // Last, so that it is gone before what it touches.
  std::optional<std::stop_callback<StopAll>> on_stop_;
};

}  // namespace

void gather(std::vector<Model> members, Prompt prompt, const Context& context, const GatherOptions& options,
            CompletionCallback done) {
  std::make_shared<Gathering>(std::move(members), std::move(prompt), context, options, std::move(done))
      ->start();
}

}  // namespace ember::non
