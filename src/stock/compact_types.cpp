// Operator specifications in compact notation, and what their type codes stand for.
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>

#include <ember/compact.hpp>
#include <ember/ensemble.hpp>
#include <ember/error.hpp>
#include <ember/judge.hpp>
#include <ember/log.hpp>
#include <ember/most_common.hpp>

namespace ember::non {
namespace {

InvalidArgumentError with_text(InvalidArgumentError error, std::string_view text) {
  error.add_context("specification", std::string(text));
  error.set_hint("write count:TYPE:model:temperature, such as 3:E:openai:gpt-4o:0.7");
  return error;
}

InvalidArgumentError malformed(std::string_view text) {
  return with_text(InvalidArgumentError("Invalid operator specification"), text);
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Model model_of(const OperatorSpec& spec, const std::shared_ptr<ModelRegistry>& models) {
  return {spec.model, {.temperature = spec.temperature}, models};
}

void warn_of_count(const OperatorSpec& spec) {
  if (spec.count == 1) return;
  log(LogLevel::warning, "compact notation: count " + std::to_string(spec.count) + " of type '" + spec.type +
                             "' has no effect: only ensembles have units");
}

template <class Judge>
TypeRegistry::Factory judge_factory(const std::shared_ptr<ModelRegistry>& models) {
  return [models](const OperatorSpec& spec) -> Op<> {
    warn_of_count(spec);
    return Judge(model_of(spec, models));
  };
}

}  // namespace

OperatorSpec OperatorSpec::parse(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  const std::size_t last = text.rfind(':');
  if (second == std::string_view::npos || last == second) throw malformed(text);
  const std::string_view type = text.substr(first + 1, second - first - 1);
  const auto count = read_number<int>(text.substr(0, first));
  const auto temperature = read_number<double>(text.substr(last + 1));
  if (!count || !temperature || !std::isfinite(*temperature) || type.empty()) throw malformed(text);
  if (*count < 1) throw with_text(InvalidArgumentError("Count must be a positive integer"), text);
  return {*count, std::string(type), std::string(text.substr(second + 1, last - second - 1)), *temperature};
}

TypeRegistry::TypeRegistry(std::shared_ptr<ModelRegistry> models) {
  for (const char* code : {"E", "UE"}) {
    register_type(code, [models](const OperatorSpec& spec) -> Op<> {
      return UniformEnsemble(spec.count, model_of(spec, models));
    });
  }
  for (const char* code : {"J", "JF"}) register_type(code, judge_factory<JudgeSynthesis>(models));
  register_type("V", judge_factory<Verifier>(models));
  register_type("MC", [](const OperatorSpec& spec) -> Op<> {
    warn_of_count(spec);
    return MostCommon();
  });
}

TypeRegistry& TypeRegistry::register_type(std::string code, Factory factory) {
  if (code.empty() || code.find(':') != std::string::npos) {
    throw InvalidArgumentError("Operator type code '" + code + "' must not be empty or hold a colon");
  }
  if (!factory) throw InvalidArgumentError("Operator type code '" + code + "' needs a factory");
  factories_.insert_or_assign(std::move(code), std::move(factory));
  return *this;
}

std::vector<std::string> TypeRegistry::codes() const {
  std::vector<std::string> codes;
  for (const auto& [code, factory] : factories_) codes.push_back(code);
  return codes;
}

Op<> TypeRegistry::build(const OperatorSpec& spec) const {
  const auto found = factories_.find(spec.type);
  if (found != factories_.end()) return found->second(spec);
  std::string known;
  for (const std::string& code : codes()) known += (known.empty() ? "" : ", ") + code;
  InvalidArgumentError error("Unknown operator type code: '" + spec.type + "'");
  error.set_hint("known codes: " + known);
  throw error;
}

}  // namespace ember::non
