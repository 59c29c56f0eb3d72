// Scopes replace the ambient slot by a changed copy, so that work started earlier keeps what it was started
// under.
#include "model/model_scope.hpp"

#include <mutex>
#include <utility>

#include <ember/error.hpp>

#include "base/ambient.hpp"

namespace ember {
namespace {

Ambient with_scope(model::ModelScope scope) {
  return Ambient::current().with(AmbientSlot::model_parameters,
                                 std::make_shared<const model::ModelScope>(std::move(scope)));
}

struct Defaults {
  std::mutex mutex;
  ModelParameters parameters;
};

Defaults& defaults() {
  static Defaults process_defaults;
  return process_defaults;
}

}  // namespace

namespace model {

const ModelScope& ModelScope::current() noexcept {
  static const ModelScope empty;
  const auto* const scope = Ambient::current().get<ModelScope>(AmbientSlot::model_parameters);
  return scope ? *scope : empty;
}

}  // namespace model

struct ConfigureScope::State {
  explicit State(model::ModelScope scope) : ambient(with_scope(std::move(scope))) {}
  AmbientScope ambient;
};

ConfigureScope::ConfigureScope(const ModelParameters& parameters) {
  parameters.validate();
  model::ModelScope scope = model::ModelScope::current();
  scope.parameters = parameters.over(scope.parameters);
  state_ = std::make_unique<State>(std::move(scope));
}

ConfigureScope::~ConfigureScope() {
  end_user_scope(state_, "configure");
}

struct UsageScope::State {
  explicit State(model::ModelScope scope) : ambient(with_scope(std::move(scope))) {}
  AmbientScope ambient;
};

UsageScope::UsageScope(std::shared_ptr<UsageService> service) {
  if (!service) throw InvalidArgumentError("a usage scope needs a usage service");
  model::ModelScope scope = model::ModelScope::current();
  scope.meters.push_back(std::move(service));
  state_ = std::make_unique<State>(std::move(scope));
}

UsageScope::~UsageScope() {
  end_user_scope(state_, "UsageScope");
}

void set_model_defaults(const ModelParameters& parameters) {
  parameters.validate();
  const std::lock_guard lock(defaults().mutex);
  defaults().parameters = parameters;
}

ModelParameters model_defaults() {
  const std::lock_guard lock(defaults().mutex);
  return defaults().parameters;
}

}  // namespace ember
