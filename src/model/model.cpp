#include <ember/model.hpp>

#include <utility>

#include <ember/error.hpp>

#include "model/model_call.hpp"
#include "model/model_name.hpp"

namespace ember {

struct Model::State {
  std::string id;
  std::string name;
  ModelParameters parameters;
  std::shared_ptr<ModelRegistry> registry;

  [[nodiscard]] model::CallPlan plan(const Prompt& prompt, const ModelParameters& overrides) const {
    overrides.validate();
    return model::plan_call(*registry, id, overrides.over(parameters), prompt);
  }
};

Model::Model(std::string id, ModelParameters parameters, std::shared_ptr<ModelRegistry> registry) {
  parameters.validate();
  auto state = std::make_shared<State>();
  state->name = std::string(model::split_name(id).base);
  state->id = std::move(id);
  state->parameters = std::move(parameters);
  if (!registry) registry = ModelRegistry::process();
  state->registry = std::move(registry);
  state_ = std::move(state);
}

const std::string& Model::id() const noexcept {
  return state_->id;
}
const std::string& Model::name() const noexcept {
  return state_->name;
}
const ModelParameters& Model::parameters() const noexcept {
  return state_->parameters;
}
const std::shared_ptr<ModelRegistry>& Model::registry() const noexcept {
  return state_->registry;
}

std::string Model::resolved_id() const {
  return state_->registry->resolve(state_->id);
}

Model Model::with(const ModelParameters& changes) const {
  return {state_->id, changes.over(state_->parameters), state_->registry};
}

Completion Model::complete(const Prompt& prompt, const ModelParameters& overrides) const {
  return model::run_call_and_wait(state_->plan(prompt, overrides), Context::current());
}

void Model::complete_async(const Prompt& prompt, const ModelParameters& overrides, const Context& context,
                           CompletionHandler done) const {
  stream_async(prompt, overrides, context, {}, std::move(done));
}

void Model::stream_async(const Prompt& prompt, const ModelParameters& overrides, const Context& context,
                         PieceHandler on_piece, CompletionHandler done) const {
  model::CallPlan plan;
  try {
    plan = state_->plan(prompt, overrides);
  } catch (const InvalidArgumentError&) {
    throw;
  } catch (...) {
    done(std::current_exception());
    return;
  }
  model::run_call(std::move(plan), context, std::move(on_piece), std::move(done));
}

std::future<Completion> Model::complete_future(const Prompt& prompt, const ModelParameters& overrides) const {
  const auto promise = std::make_shared<std::promise<Completion>>();
  complete_async(prompt, overrides, Context::current(), [promise](Result<Completion> outcome) {
    if (outcome) {
      promise->set_value(std::move(outcome).value());
    } else {
      promise->set_exception(outcome.error());
    }
  });
  return promise->get_future();
}

CompletionStream Model::stream(const Prompt& prompt, const ModelParameters& overrides) const {
  return {Context::current(), [&](const Context& context, PieceHandler on_piece, CompletionHandler done) {
            stream_async(prompt, overrides, context, std::move(on_piece), std::move(done));
          }};
}

Completion complete(const Prompt& prompt, const CompleteOptions& options) {
  if (options.model.empty())
    throw InvalidArgumentError("complete needs a model, such as 'openai:gpt-4o-mini'");
  return Model(options.model, options.parameters, options.registry).complete(prompt);
}

}  // namespace ember
