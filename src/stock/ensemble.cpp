#include <ember/ensemble.hpp>

#include <exception>
#include <utility>

#include <ember/error.hpp>
#include <ember/execution_error.hpp>
#include <ember/model_operator.hpp>

#include "stock/model_bound.hpp"
#include "stock/model_prompt.hpp"
#include "stock/model_state.hpp"
#include "stock/shared_completion.hpp"

namespace ember::non {
namespace {

/// One member: the prompt in, the text of the answer out.
class Unit final : public ModelOperator {
 public:
  explicit Unit(Model model) : ModelOperator(std::move(model)) {}

 protected:
  [[nodiscard]] Prompt prompt(const Value& inputs) const override { return inputs.string(); }
  [[nodiscard]] Value read_reply(const ember::Completion& reply) const override { return reply.text; }
};

std::string unit_name(std::size_t index) {
  return "unit_" + std::to_string(index + 1);
}

xcs::XCSGraph graph_of(const std::vector<Model>& members) {
  xcs::XCSGraph graph;
  for (std::size_t i = 0; i < members.size(); ++i) graph.add_node(Unit(members[i]), unit_name(i));
  return graph;
}

/// The answers in order, null for members that failed. Results come in the order of the members.
Value responses_of(const xcs::Results& results, std::size_t members) {
  std::vector<Value> answers(members);
  std::size_t member = 0;
  for (const auto& [name, answer] : results) {
    while (unit_name(member) != name) ++member;
    answers[member] = answer;
  }
  return {{"responses", Value::list(std::move(answers))}};
}

/// What the caller gets for the failure of a run over `members`.
std::exception_ptr unit_error(const std::exception_ptr& failure, const std::vector<Model>& members) {
  try {
    std::rethrow_exception(failure);
  } catch (const xcs::ExecutionError& error) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (error.node() != unit_name(i)) continue;
      OperatorExecutionError named("unit " + std::to_string(i + 1) + " of " + std::to_string(members.size()) +
                                   " (" + members[i].id() + ") failed: " + message_of(error.cause()));
      named.set_path(unit_name(i));
      named.set_cause(error.cause());
      return std::make_exception_ptr(std::move(named));
    }
    return failure;
  } catch (...) {
    return failure;
  }
}

std::vector<Model> repeated(int num_units, const Model& model) {
  if (num_units < 1) {
    throw InvalidArgumentError("UniformEnsemble: num_units must be at least 1, got " +
                               std::to_string(num_units));
  }
  return std::vector<Model>(static_cast<std::size_t>(num_units), model);
}

std::vector<Model> models_of(const std::vector<ModelConfig>& configs,
                             const std::shared_ptr<ModelRegistry>& registry) {
  if (configs.empty()) throw InvalidArgumentError("VariedEnsemble: model_configs must not be empty");
  std::vector<Model> models;
  models.reserve(configs.size());
  for (const ModelConfig& config : configs) models.push_back(config.model(registry));
  return models;
}

}  // namespace

Model ModelConfig::model(const std::shared_ptr<ModelRegistry>& registry) const {
  if (const auto* model = std::get_if<Model>(&content_)) return *model;
  const auto& named = std::get<Named>(content_);
  return {named.id, named.parameters, registry};
}

Ensemble::Ensemble(std::vector<Model> members, EnsembleOptions options)
    : members_(std::move(members)),
      options_(std::move(options)),
      prompt_(std::make_shared<const ModelPrompt>(options_.prompt)),
      units_(graph_of(members_)) {}

Value Ensemble::outcome(const Result<xcs::Results>& run, const Context& context) const {
  if (run) return responses_of(run.value(), members_.size());
  if (!options_.continue_on_errors) std::rethrow_exception(unit_error(run.error(), members_));
  // Members that were cut off have not failed by themselves: the whole is unwanted or late, and must not pass
  // as complete.
  const bool is_cut_off = context.stop_requested() || context.remaining() == Duration::zero();
  try {
    std::rethrow_exception(run.error());
  } catch (const xcs::ExecutionErrorGroup& group) {
    if (is_cut_off) std::rethrow_exception(group.errors().front().second);
    return responses_of(group.partial_results(), members_.size());
  }
}

void Ensemble::forward_async(Value inputs, Context context, Completion done) const {
  const auto shared = std::make_shared<SharedCompletion>(std::move(done));
  try {
    const ContextScope scope(context);
    // The caller may let go of the operator once the calls have started.
    units_.run_async(prompt_->render(inputs), {.fail_fast = !options_.continue_on_errors},
                     [this, keep = weak_from_this().lock(), context, shared](const xcs::RunOutcome& run) {
                       shared->finish([&] { return outcome(run.results, context); });
                     });
  } catch (...) {
    shared->fail(std::current_exception());
  }
}

CallBound Ensemble::call_bound() const {
  CallBound bound;
  for (const Model& member : members_) bound += model_bound(member);
  return bound;
}

std::string Ensemble::state_signature() const {
  return model_state();
}

UniformEnsemble::UniformEnsemble(int num_units, std::string model, ModelParameters parameters,
                                 EnsembleOptions options)
    : Ensemble(repeated(num_units, Model(std::move(model), std::move(parameters), options.registry)),
               options) {}

UniformEnsemble::UniformEnsemble(int num_units, Model model, EnsembleOptions options)
    : Ensemble(repeated(num_units, model), std::move(options)) {}

VariedEnsemble::VariedEnsemble(const std::vector<ModelConfig>& model_configs, EnsembleOptions options)
    : Ensemble(models_of(model_configs, options.registry), options) {}

Op<> uniform_ensemble(int num_units, std::string model, ModelParameters parameters, EnsembleOptions options) {
  return UniformEnsemble(num_units, std::move(model), std::move(parameters), std::move(options));
}

Op<> uniform_ensemble(int num_units, Model model, EnsembleOptions options) {
  return UniformEnsemble(num_units, std::move(model), std::move(options));
}

Op<> uniform_ensemble(std::string model, ModelParameters parameters, EnsembleOptions options) {
  return UniformEnsemble(std::move(model), std::move(parameters), std::move(options));
}

Op<> uniform_ensemble(Model model, EnsembleOptions options) {
  return UniformEnsemble(std::move(model), std::move(options));
}

Op<> varied_ensemble(const std::vector<ModelConfig>& model_configs, EnsembleOptions options) {
  return VariedEnsemble(model_configs, std::move(options));
}

}  // namespace ember::non
