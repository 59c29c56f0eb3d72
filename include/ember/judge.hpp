// Judges: models that read other models' answers: JudgeSynthesis, SelectorJudge and Verifier.
//
// Replies are read by sections, `Label: text`, at the start of a line, in any case, bold or not; a section
// goes on until the next label; of a label that comes twice the last counts.
#pragma once

#include <memory>
#include <string>

#include <ember/model_operator.hpp>
#include <ember/op.hpp>

namespace ember::non {

/// Writes one answer from several: `{query, responses}` in, `{final_answer, reasoning}` out.
///
/// A reply without a final answer gives "Unknown". Null responses are left out of the prompt. Throws
/// ItemNotFoundError or IncompatibleTypeError for inputs that are missing or of another kind, and what
/// `Model` throws. Thread-safe.
class JudgeSynthesis final : public ModelOperator {
 public:
  /// Throws InvalidArgumentError for parameters out of range.
  explicit JudgeSynthesis(std::string model = "gpt-4o", ModelParameters parameters = {},
                          std::shared_ptr<ModelRegistry> registry = nullptr);
  explicit JudgeSynthesis(Model model) : ModelOperator(std::move(model)) {}

 protected:
  [[nodiscard]] Prompt prompt(const Value& inputs) const override;
  [[nodiscard]] Value read_reply(const ember::Completion& reply) const override;
};

/// Picks the best of several answers: `{query, responses}` in, `{final_answer, reasoning}` out. Otherwise as
/// JudgeSynthesis.
class SelectorJudge final : public ModelOperator {
 public:
  /// Throws InvalidArgumentError for parameters out of range.
  explicit SelectorJudge(std::string model = "gpt-4o", ModelParameters parameters = {},
                         std::shared_ptr<ModelRegistry> registry = nullptr);
  explicit SelectorJudge(Model model) : ModelOperator(std::move(model)) {}

 protected:
  [[nodiscard]] Prompt prompt(const Value& inputs) const override;
  [[nodiscard]] Value read_reply(const ember::Completion& reply) const override;
};

/// Checks an answer: `{query, candidate_answer}` in, `{verdict, explanation, revised_answer}` out: verdict 1
/// for a correct answer and else 0, the revised answer null when the model gives none.
///
/// Without `candidate_answer` it takes `final_answer`, so that it can follow a judge or a vote. Throws as
/// JudgeSynthesis does. Thread-safe.
class Verifier final : public ModelOperator {
 public:
  /// Throws InvalidArgumentError for parameters out of range.
  explicit Verifier(std::string model = "gpt-4o", ModelParameters parameters = {},
                    std::shared_ptr<ModelRegistry> registry = nullptr);
  explicit Verifier(Model model) : ModelOperator(std::move(model)) {}

 protected:
  [[nodiscard]] Prompt prompt(const Value& inputs) const override;
  [[nodiscard]] Value read_reply(const ember::Completion& reply) const override;
};

/// The judges as operator handles: `judge_synthesis("openai:gpt-4o", {.temperature = 0.2})`.
Op<> judge_synthesis(std::string model = "gpt-4o", ModelParameters parameters = {},
                     std::shared_ptr<ModelRegistry> registry = nullptr);
Op<> judge_synthesis(Model model);
Op<> selector_judge(std::string model = "gpt-4o", ModelParameters parameters = {},
                    std::shared_ptr<ModelRegistry> registry = nullptr);
Op<> selector_judge(Model model);
Op<> verifier(std::string model = "gpt-4o", ModelParameters parameters = {},
              std::shared_ptr<ModelRegistry> registry = nullptr);
Op<> verifier(Model model);

}  // namespace ember::non
