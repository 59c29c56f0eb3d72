#include "jit/passes/pass_report.hpp"

#include <utility>

#include "exec/plan_text.hpp"

namespace ember::xcs {
namespace {

void add_line(std::vector<std::string>& lines, const std::string& pass,
              const std::vector<std::pair<std::size_t, std::string>>& deeds) {
  std::string text;
  for (const auto& [count, deed] : deeds) {
    if (count != 0) text += (text.empty() ? "" : ", ") + deed;
  }
  if (!text.empty()) lines.push_back(pass + ": " + text);
}

}  // namespace

std::vector<std::string> PassReport::lines() const {
  std::vector<std::string> lines;
  add_line(lines, "constant inputs",
           {{folded_inputs, counted(folded_inputs, "input") + " put together"},
            {kept_answers, counted(kept_answers, "answer") + " kept"}});
  add_line(lines, "common calls", {{merged_calls, std::to_string(merged_calls) + " merged"}});
  add_line(lines, "dead nodes",
           {{dropped_calls, counted(dropped_calls, "call") + " dropped"},
            {dropped_look_ups, counted(dropped_look_ups, "look-up") + " dropped"}});
  return lines;
}

}  // namespace ember::xcs
