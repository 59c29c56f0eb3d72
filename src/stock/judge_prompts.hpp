// What judges and verifiers are asked. Their replies are read by reply_sections.hpp.
#pragma once

#include <string>
#include <vector>

#include <ember/value.hpp>

namespace ember::non {

std::string synthesis_prompt(const std::string& query, const std::vector<Value>& responses);
std::string selection_prompt(const std::string& query, const std::vector<Value>& responses);
std::string verification_prompt(const std::string& query, const std::string& candidate);

}  // namespace ember::non
