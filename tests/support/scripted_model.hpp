// ScriptedModels: models that answer by rule, for tests: records what they were asked, and can hold their
// answers back.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <ember/model_registry.hpp>
#include <ember/provider.hpp>

namespace ember::test {

/// Answers every model of a registry. Thread-safe.
class ScriptedModels final : public Provider {
 public:
  /// Gives the text of an answer, or throws.
  using Rule = std::function<std::string(const ModelRequest&)>;

  explicit ScriptedModels(Rule rule) : rule_(std::move(rule)) {}

  /// A registry in which these models answer for every usual prefix.
  static std::pair<std::shared_ptr<ScriptedModels>, std::shared_ptr<ModelRegistry>> make(Rule rule) {
    auto models = std::make_shared<ScriptedModels>(std::move(rule));
    auto registry = std::make_shared<ModelRegistry>();
    for (const char* prefix : {"openai", "anthropic", "sim"}) registry->register_provider(prefix, models);
    return {models, registry};
  }

  [[nodiscard]] std::string name() const override { return "scripted"; }

  void complete_async(ModelRequest request, const Context& context, PieceHandler,
                      CompletionHandler done) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      stops_.push_back(context.stop_token());
      peak_ = std::max(peak_, ++open_);
      called_.notify_all();
      if (is_holding_) {
        held_.emplace(requests_.size() - 1, Held{std::move(request), std::move(done)});
        return;
      }
    }
    answer(request, done);
  }

  /// From now on calls stay open until `release`.
  void hold() {
    const std::lock_guard lock(mutex_);
    is_holding_ = true;
  }
  /// Answers the held call that came as number `call`, from 0, on the calling thread. Returns false when none
  /// is held.
  bool release(std::size_t call) {
    Held held;
    {
      const std::lock_guard lock(mutex_);
      const auto found = held_.find(call);
      if (found == held_.end()) return false;
      held = std::move(found->second);
      held_.erase(found);
    }
    answer(held.request, held.done);
    return true;
  }

  /// Waits until `count` calls have come in all; false when they do not within a time that only a hang
  /// reaches.
  bool wait_for_calls(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return called_.wait_for(lock, std::chrono::seconds(30), [&] { return requests_.size() >= count; });
  }

  /// Every request so far, in order of arrival.
  [[nodiscard]] std::vector<ModelRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t call_count() const { return requests().size(); }
  /// The last user message of call number `call`.
  [[nodiscard]] std::string prompt(std::size_t call) const {
    return std::string(last_user_message(requests().at(call).messages));
  }
  /// The number of the first call of `model`. Throws when there was none.
  [[nodiscard]] std::size_t call_of(const std::string& model) const {
    const std::vector<ModelRequest> all = requests();
    for (std::size_t call = 0; call < all.size(); ++call) {
      if (all[call].model == model) return call;
    }
    throw std::logic_error("no call of " + model);
  }
  /// True when call number `call` was asked to stop.
  [[nodiscard]] bool is_stopped(std::size_t call) const {
    const std::lock_guard lock(mutex_);
    return stops_.at(call).stop_requested();
  }
  /// Calls that are open now, and the most that ever were.
  [[nodiscard]] std::size_t open() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }
  [[nodiscard]] std::size_t peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }

 private:
  struct Held {
    ModelRequest request;
    CompletionHandler done;
  };

  void answer(const ModelRequest& request, const CompletionHandler& done) {
    Completion completion;
    std::exception_ptr error;
    try {
      completion.text = rule_(request);
      completion.model_id = request.model_id;
    } catch (...) {
      error = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      --open_;
    }
    done(error ? Result<Completion>(error) : Result<Completion>(std::move(completion)));
  }

  const Rule rule_;
  mutable std::mutex mutex_;
  mutable std::condition_variable called_;
  std::vector<ModelRequest> requests_;
  std::vector<std::stop_token> stops_;
  std::map<std::size_t, Held> held_;
  std::size_t open_ = 0;
  std::size_t peak_ = 0;
  bool is_holding_ = false;
};

}  // namespace ember::test
