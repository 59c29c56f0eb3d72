#include "workflow/operator_kind.hpp"

#include <utility>

#include <ember/ask.hpp>
#include <ember/ensemble.hpp>
#include <ember/extract.hpp>
#include <ember/judge.hpp>
#include <ember/most_common.hpp>

namespace ember::workflow {
namespace {

using Field = OperatorKind::Field;

Op<> make_ask(StepSettings& settings) {
  const auto model = settings.model();
  const std::string prompt = settings.prompt("{query}");
  return settings.is_valid() ? non::ask(*model, {.prompt = prompt}) : Op<>();
}

non::EnsembleOptions ensemble_options(StepSettings& settings) {
  non::EnsembleOptions options;
  options.continue_on_errors = settings.boolean("continue_on_errors", false);
  options.prompt = settings.prompt("{query}");
  return options;
}

Op<> make_ensemble(StepSettings& settings) {
  const auto model = settings.model();
  const int size = settings.positive("size", 3);
  const non::EnsembleOptions options = ensemble_options(settings);
  return settings.is_valid() ? non::uniform_ensemble(size, *model, options) : Op<>();
}

Op<> make_varied_ensemble(StepSettings& settings) {
  const std::vector<Model> models = settings.models();
  const non::EnsembleOptions options = ensemble_options(settings);
  if (!settings.is_valid()) return {};
  return non::varied_ensemble(std::vector<non::ModelConfig>(models.begin(), models.end()), options);
}

Op<> make_extract(StepSettings& settings) {
  non::ExtractOptions options;
  options.pattern = settings.required_text("pattern");
  options.remove = settings.text("remove", "");
  options.trim = settings.boolean("trim", true);
  options.require_match = settings.boolean("require_match", false);
  options.fallback = settings.value("fallback");
  if (!settings.is_valid()) return {};
  try {
    return non::extract(options);
  } catch (const Error& error) {
    settings.add_error(settings.place_of("pattern"), error.what());
    return {};
  }
}

Op<> make_most_common(StepSettings&) {
  return non::most_common();
}

Op<> make_judge(StepSettings& settings) {
  const auto model = settings.model();
  return model ? non::judge_synthesis(*model) : Op<>();
}

Op<> make_selector(StepSettings& settings) {
  const auto model = settings.model();
  return model ? non::selector_judge(*model) : Op<>();
}

Op<> make_verifier(StepSettings& settings) {
  const auto model = settings.model();
  return model ? non::verifier(*model) : Op<>();
}

const std::vector<OperatorKind>& kinds() {
  static const std::vector<Field> judged = {{"query", DataType::text}, {"responses", DataType::list}};
  static const std::vector<Field> judgement = {{"final_answer", DataType::text},
                                               {"reasoning", DataType::text}};
  static const std::vector<OperatorKind> all = {
      {"ask", {"model", "prompt"}, {}, true, {{"text", DataType::text}}, make_ask},
      {"ensemble",
       {"model", "size", "prompt", "continue_on_errors"},
       {},
       true,
       {{"responses", DataType::list}},
       make_ensemble},
      {"varied_ensemble",
       {"models", "prompt", "continue_on_errors"},
       {},
       true,
       {{"responses", DataType::list}},
       make_varied_ensemble},
      {"extract",
       {"pattern", "remove", "trim", "require_match", "fallback"},
       {{"text", DataType::any}},
       false,
       {{"answer", DataType::any}},
       make_extract},
      {"most_common",
       {},
       {{"responses", DataType::list}, {"query", DataType::any, false}},
       false,
       {{"final_answer", DataType::any}},
       make_most_common},
      {"judge", {"model"}, judged, false, judgement, make_judge},
      {"selector", {"model"}, judged, false, judgement, make_selector},
      {"verifier",
       {"model"},
       {{"query", DataType::text}, {"candidate_answer", DataType::text}},
       false,
       {{"verdict", DataType::number}, {"explanation", DataType::text}, {"revised_answer", DataType::text}},
       make_verifier},
  };
  return all;
}

}  // namespace

std::string_view to_string(DataType type) noexcept {
  switch (type) {
    case DataType::text:
      return "a text";
    case DataType::list:
      return "a list";
    case DataType::number:
      return "a number";
    case DataType::any:
      break;
  }
  return "anything";
}

const OperatorKind::Field* OperatorKind::find_output(std::string_view field) const noexcept {
  for (const Field& output : outputs) {
    if (output.name == field) return &output;
  }
  return nullptr;
}

const OperatorKind* find_operator_kind(std::string_view name) noexcept {
  for (const OperatorKind& kind : kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::vector<std::string> operator_kind_names() {
  std::vector<std::string> names;
  for (const OperatorKind& kind : kinds()) names.push_back(kind.name);
  return names;
}

}  // namespace ember::workflow
