// Reads the labelled sections of a judge's or verifier's reply.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ember::non {

/// The sections of a reply, trimmed, without bold markers. A section that comes twice counts as it comes
/// last.
struct ReplySections {
  /// What stands before the first label.
  std::string preamble{};
  std::optional<std::string> verdict{};
  std::optional<std::string> explanation{};
  std::optional<std::string> revised_answer{};
  std::optional<std::string> reasoning{};
  std::optional<std::string> final_answer{};
};

/// Labels stand at the start of a line, in any case, after list, quote, heading and emphasis markers; a
/// section goes on until the next label. Never fails: a reply without labels is all preamble.
ReplySections parse_reply(std::string_view reply);

/// 1 for a verdict that says correct, else 0: a number at its start decides, then its words, then any number
/// in it.
int parse_verdict(std::string_view verdict);

/// `text` without the `**` of bold words. Stars that mark nothing, as in `2**3`, stay.
std::string without_bold(std::string_view text);

}  // namespace ember::non
