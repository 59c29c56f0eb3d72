// Public list prices in US dollars per thousand tokens, and the length of contexts in tokens; data, to be
// overridden where they have changed.
#include <array>
#include <vector>

#include <ember/model_registry.hpp>

#include "model/known_models.hpp"

namespace ember {
namespace {

struct KnownModel {
  std::string_view id;
  ModelCost cost;
  std::int64_t context_tokens;
};

constexpr std::array known_models = {
    KnownModel{"openai:gpt-4o", {0.0025, 0.01}, 128'000},
    KnownModel{"openai:gpt-4o-mini", {0.00015, 0.0006}, 128'000},
    KnownModel{"openai:gpt-4.1", {0.002, 0.008}, 1'047'576},
    KnownModel{"openai:gpt-4.1-mini", {0.0004, 0.0016}, 1'047'576},
    KnownModel{"openai:gpt-4.1-nano", {0.0001, 0.0004}, 1'047'576},
    KnownModel{"openai:gpt-4-turbo", {0.01, 0.03}, 128'000},
    KnownModel{"openai:gpt-4", {0.03, 0.06}, 8'192},
    KnownModel{"openai:gpt-3.5-turbo", {0.0005, 0.0015}, 16'385},
    KnownModel{"openai:gpt-5", {0.00125, 0.01}, 400'000},
    KnownModel{"openai:gpt-5-mini", {0.00025, 0.002}, 400'000},
    KnownModel{"openai:gpt-5-nano", {0.00005, 0.0004}, 400'000},
    KnownModel{"openai:o1", {0.015, 0.06}, 200'000},
    KnownModel{"openai:o3", {0.002, 0.008}, 200'000},
    KnownModel{"openai:o3-mini", {0.0011, 0.0044}, 200'000},
    KnownModel{"openai:o4-mini", {0.0011, 0.0044}, 200'000},
    KnownModel{"anthropic:claude-3-haiku", {0.00025, 0.00125}, 200'000},
    KnownModel{"anthropic:claude-3-opus", {0.015, 0.075}, 200'000},
    KnownModel{"anthropic:claude-3-5-haiku", {0.0008, 0.004}, 200'000},
    KnownModel{"anthropic:claude-3-5-sonnet", {0.003, 0.015}, 200'000},
    KnownModel{"anthropic:claude-3-7-sonnet", {0.003, 0.015}, 200'000},
    KnownModel{"anthropic:claude-sonnet-4", {0.003, 0.015}, 200'000},
    KnownModel{"anthropic:claude-opus-4", {0.015, 0.075}, 200'000},
    KnownModel{"deepmind:gemini-1.5-flash", {0.000075, 0.0003}, 1'048'576},
    KnownModel{"deepmind:gemini-1.5-pro", {0.00125, 0.005}, 2'097'152},
    KnownModel{"deepmind:gemini-2.0-flash", {0.0001, 0.0004}, 1'048'576},
    KnownModel{"deepmind:gemini-2.5-pro", {0.00125, 0.01}, 1'048'576},
};

/// True when `suffix` only dates a model: `-2024-08-06`, `-20241022`, `-latest`.
bool is_date(std::string_view suffix) noexcept {
  if (suffix == "-latest") return true;
  if (suffix.size() < 5 || suffix.front() != '-') return false;
  return suffix.find_first_not_of("-0123456789") == std::string_view::npos;
}

const KnownModel* find_known(std::string_view id) noexcept {
  for (const KnownModel& known : known_models) {
    if (!id.starts_with(known.id)) continue;
    const std::string_view suffix = id.substr(known.id.size());
    if (suffix.empty() || is_date(suffix)) return &known;
  }
  return nullptr;
}

}  // namespace

std::optional<ModelCost> known_cost(std::string_view id) noexcept {
  const KnownModel* known = find_known(id);
  return known ? std::optional(known->cost) : std::nullopt;
}

std::optional<std::int64_t> known_context_tokens(std::string_view id) noexcept {
  const KnownModel* known = find_known(id);
  return known ? std::optional(known->context_tokens) : std::nullopt;
}

namespace model {

std::vector<std::string> known_model_ids() {
  std::vector<std::string> ids;
  ids.reserve(std::size(known_models));
  for (const KnownModel& known : known_models) ids.emplace_back(known.id);
  return ids;
}

bool is_known_model(std::string_view id) noexcept {
  return find_known(id.substr(0, id.find('?'))) != nullptr;
}

}  // namespace model
}  // namespace ember
