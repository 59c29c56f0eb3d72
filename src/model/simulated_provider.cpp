// `sim:` models: their time passes on the clock of the call, so thousands of calls hold no thread.
#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include <ember/error.hpp>
#include <ember/providers.hpp>

#include "base/closest_name.hpp"
#include "model/async_delay.hpp"
#include "model/in_process_answer.hpp"
#include "model/model_name.hpp"
#include "model/simulated_options.hpp"
#include "model/splitmix.hpp"

namespace ember {
namespace {

std::string echo(const ModelRequest& request) {
  return "Echo: " + std::string(last_user_message(request.messages));
}

std::string upper(const ModelRequest& request) {
  std::string text(last_user_message(request.messages));
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string seeded_words(std::uint64_t dice) {
  constexpr std::string_view words[] = {"alder", "birch", "cedar", "dune", "ember", "fern", "grove", "heath"};
  std::string text;
  const std::uint64_t length = 3 + dice % 6;
  for (std::uint64_t i = 0; i < length; ++i) {
    dice = model::mix(dice);
    text += (text.empty() ? "" : " ") + std::string(words[dice % std::size(words)]);
  }
  return text;
}

/// Hands out an answer piece by piece, evenly spread over the latency.
class PacedAnswer : public std::enable_shared_from_this<PacedAnswer> {
 public:
  PacedAnswer(Context context, ModelRequest request, std::string text, Duration latency,
              PieceHandler on_piece, CompletionHandler done)
      : context_(std::move(context)),
        request_(std::move(request)),
        text_(std::move(text)),
        pieces_(model::pieces_of(text_)),
        started_(context_.clock()->now()),
        latency_(latency),
        on_piece_(std::move(on_piece)),
        done_(std::move(done)) {}

  void step() {
    const auto share =
        static_cast<double>(next_ + 1) / static_cast<double>(std::max<std::size_t>(1, pieces_.size()));
    const auto offset = Duration(static_cast<Duration::rep>(static_cast<double>(latency_.count()) * share));
    model::delay_until(context_, time_after(started_, offset),
                       [self = shared_from_this()](model::DelayEnd end) { self->after(end); });
  }

 private:
  void after(model::DelayEnd end) {
    if (end != model::DelayEnd::reached) {
      done_(std::make_exception_ptr(
          ProviderAPIError("Model '" + request_.model_id + "': no answer in time", 0, true)));
      return;
    }
    if (next_ < pieces_.size()) on_piece_({std::move(pieces_[next_])});
    if (++next_ < pieces_.size()) {
      step();
    } else {
      done_(model::answer_with(request_, std::move(text_)));
    }
  }

  Context context_;
  ModelRequest request_;
  std::string text_;
  std::vector<std::string> pieces_;
  TimePoint started_;
  Duration latency_;
  std::size_t next_ = 0;
  PieceHandler on_piece_;
  CompletionHandler done_;
};

class SimulatedProviderImpl final : public SimulatedProvider {
 public:
  explicit SimulatedProviderImpl(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] std::string name() const override { return name_; }

  void register_model(const std::string& name, SimulatedModel model) override {
    if (name.empty() || name.find('?') != std::string::npos) {
      throw InvalidArgumentError("the name of a simulated model must be a text without '?', found '" + name +
                                 "'");
    }
    model::check_simulated(model);
    const std::lock_guard lock(mutex_);
    models_.insert_or_assign(name, std::move(model));
  }

  void complete_async(ModelRequest request, const Context& context, PieceHandler on_piece,
                      CompletionHandler done) override {
    const std::string name(model::split_name(request.model).base);
    const SimulatedModel simulated = model::with_id_options(find(name, request), request.model);
    const model::SimulatedFate fate = model::fate_of(simulated, name, request);
    if (on_piece && !fate.is_failing) {
      std::string text = answer(simulated, name, fate, request);
      std::make_shared<PacedAnswer>(context, std::move(request), std::move(text), fate.latency,
                                    std::move(on_piece), std::move(done))
          ->step();
      return;
    }
    const TimePoint when = time_after(context.clock()->now(), fate.latency);
    model::delay_until(context, when,
                       [simulated, name, fate, request = std::move(request), done = std::move(done)](
                           model::DelayEnd end) { done(outcome(simulated, name, fate, request, end)); });
  }

 private:
  [[nodiscard]] SimulatedModel find(const std::string& name, const ModelRequest& request) const {
    std::vector<std::string> known = {"echo", "upper", "words"};
    {
      const std::lock_guard lock(mutex_);
      const auto place = models_.find(name);
      if (place != models_.end()) return place->second;
      for (const auto& [registered, model] : models_) known.push_back(registered);
    }
    if (name == "echo" || name == "upper" || name == "words") return {};
    throw ModelNotFoundError("Model '" + request.model_id + "' not found: no simulated model has that name" +
                             suggestion(name, known));
  }

  static std::string answer(const SimulatedModel& simulated, const std::string& name,
                            const model::SimulatedFate& fate, const ModelRequest& request) {
    if (simulated.answer) return simulated.answer(request);
    if (name == "upper") return upper(request);
    if (name == "words") return seeded_words(fate.dice);
    return echo(request);
  }

  static Result<Completion> outcome(const SimulatedModel& simulated, const std::string& name,
                                    const model::SimulatedFate& fate, const ModelRequest& request,
                                    model::DelayEnd end) {
    try {
      if (end != model::DelayEnd::reached) {
        throw ProviderAPIError("Model '" + request.model_id + "': no answer in time", 0, true);
      }
      if (fate.is_failing) {
        throw ProviderAPIError("Model '" + request.model_id + "': simulated failure", 503, true);
      }
      return model::answer_with(request, answer(simulated, name, fate, request));
    } catch (...) {
      return std::current_exception();
    }
  }

  std::string name_;
  mutable std::mutex mutex_;
  std::map<std::string, SimulatedModel> models_;
};

}  // namespace

std::shared_ptr<SimulatedProvider> make_simulated_provider(std::string name) {
  return std::make_shared<SimulatedProviderImpl>(std::move(name));
}

const std::shared_ptr<SimulatedProvider>& simulated_provider() {
  static const auto* const provider = new std::shared_ptr<SimulatedProvider>(make_simulated_provider());
  return *provider;
}

void register_simulated(const std::string& name, SimulatedModel model) {
  simulated_provider()->register_model(name, std::move(model));
}

}  // namespace ember
