#include "op/prompt_template.hpp"

#include <algorithm>

#include <ember/error.hpp>

namespace ember {

namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_inner = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), is_inner);
}

}  // namespace

PromptTemplate::PromptTemplate(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t brace = std::min(text.find_first_of("{}", at), text.size());
    if (brace > at) pieces_.push_back({std::string(text.substr(at, brace - at)), false});
    at = brace < text.size() ? read_brace(text, brace) : brace;
  }
}

// Reads what starts with the brace at `at`; returns the position after it.
std::size_t PromptTemplate::read_brace(std::string_view text, std::size_t at) {
  if (text.substr(at + 1, 1) == text.substr(at, 1)) {
    pieces_.push_back({std::string(1, text[at]), false});
    return at + 2;
  }
  const std::size_t end = text.find_first_of("{}", at + 1);
  if (text[at] == '}' || end == std::string_view::npos || text[end] == '{') {
    throw InvalidPromptError("the prompt template has a single '" + std::string(1, text[at]) +
                             "' at position " + std::to_string(at) +
                             "; double it to mean the character itself");
  }
  const std::string_view name = text.substr(at + 1, end - at - 1);
  if (!is_name(name)) {
    throw InvalidPromptError("the placeholder '{" + std::string(name) + "}' is not a bare field name");
  }
  pieces_.push_back({std::string(name), true});
  return end + 1;
}

std::vector<std::string> PromptTemplate::placeholders() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_) {
    if (piece.is_placeholder && std::find(names.begin(), names.end(), piece.text) == names.end()) {
      names.push_back(piece.text);
    }
  }
  return names;
}

std::string PromptTemplate::render(
    const std::function<std::optional<std::string>(std::string_view)>& text_of) const {
  std::string prompt;
  for (const Piece& piece : pieces_) {
    if (!piece.is_placeholder) {
      prompt += piece.text;
      continue;
    }
    const auto text = text_of(piece.text);
    if (!text) throw InvalidPromptError("the inputs have nothing for the placeholder '{" + piece.text + "}'");
    prompt += *text;
  }
  return prompt;
}

}  // namespace ember
