#include <ember/judge.hpp>

#include <utility>

#include "stock/input_text.hpp"
#include "stock/judge_prompts.hpp"
#include "stock/reply_sections.hpp"

namespace ember::non {
namespace {

Model model_of(std::string id, ModelParameters parameters, std::shared_ptr<ModelRegistry> registry) {
  return {std::move(id), std::move(parameters), std::move(registry)};
}

bool has_text(const std::optional<std::string>& section) {
  return section && !section->empty();
}

Value read_judgement(const std::string& reply) {
  ReplySections sections = parse_reply(reply);
  return {{"final_answer", has_text(sections.final_answer) ? *sections.final_answer : "Unknown"},
          {"reasoning", sections.reasoning.value_or(sections.preamble)}};
}

}  // namespace

JudgeSynthesis::JudgeSynthesis(std::string model, ModelParameters parameters,
                               std::shared_ptr<ModelRegistry> registry)
    : JudgeSynthesis(model_of(std::move(model), std::move(parameters), std::move(registry))) {}

Prompt JudgeSynthesis::prompt(const Value& inputs) const {
  return synthesis_prompt(text_field(inputs, "query"), list_field(inputs, "responses"));
}

Value JudgeSynthesis::read_reply(const ember::Completion& reply) const {
  return read_judgement(reply.text);
}

SelectorJudge::SelectorJudge(std::string model, ModelParameters parameters,
                             std::shared_ptr<ModelRegistry> registry)
    : SelectorJudge(model_of(std::move(model), std::move(parameters), std::move(registry))) {}

Prompt SelectorJudge::prompt(const Value& inputs) const {
  return selection_prompt(text_field(inputs, "query"), list_field(inputs, "responses"));
}

Value SelectorJudge::read_reply(const ember::Completion& reply) const {
  return read_judgement(reply.text);
}

Verifier::Verifier(std::string model, ModelParameters parameters, std::shared_ptr<ModelRegistry> registry)
    : Verifier(model_of(std::move(model), std::move(parameters), std::move(registry))) {}

Prompt Verifier::prompt(const Value& inputs) const {
  const bool follows_a_judge = !inputs.has("candidate_answer") && inputs.has("final_answer");
  return verification_prompt(text_field(inputs, "query"),
                             text_field(inputs, follows_a_judge ? "final_answer" : "candidate_answer"));
}

Value Verifier::read_reply(const ember::Completion& reply) const {
  ReplySections sections = parse_reply(reply.text);
  return {{"verdict", parse_verdict(sections.verdict.value_or(""))},
          {"explanation", sections.explanation.value_or(sections.preamble)},
          {"revised_answer", has_text(sections.revised_answer) ? Value(*sections.revised_answer) : Value()}};
}

Op<> judge_synthesis(std::string model, ModelParameters parameters, std::shared_ptr<ModelRegistry> registry) {
  return JudgeSynthesis(std::move(model), std::move(parameters), std::move(registry));
}
Op<> judge_synthesis(Model model) {
  return JudgeSynthesis(std::move(model));
}

Op<> selector_judge(std::string model, ModelParameters parameters, std::shared_ptr<ModelRegistry> registry) {
  return SelectorJudge(std::move(model), std::move(parameters), std::move(registry));
}
Op<> selector_judge(Model model) {
  return SelectorJudge(std::move(model));
}

Op<> verifier(std::string model, ModelParameters parameters, std::shared_ptr<ModelRegistry> registry) {
  return Verifier(std::move(model), std::move(parameters), std::move(registry));
}
Op<> verifier(Model model) {
  return Verifier(std::move(model));
}

}  // namespace ember::non
