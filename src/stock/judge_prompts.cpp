#include "stock/judge_prompts.hpp"

#include <cstddef>
#include <string_view>

#include "stock/input_text.hpp"

namespace ember::non {
namespace {

constexpr std::string_view answer_form =
    "Write your reply in exactly these two sections:\n"
    "Reasoning: how you compared the responses and what decided.\n"
    "Final Answer: the answer alone.\n";

/// The responses under numbers. One that is null, as a failed member leaves it, is left out and keeps its
/// number.
std::string numbered(const std::vector<Value>& responses) {
  std::string text;
  for (std::size_t i = 0; i < responses.size(); ++i) {
    if (responses[i].is_null()) continue;
    text += "[Response " + std::to_string(i + 1) + "]\n" + text_of(responses[i]) + "\n\n";
  }
  return text.empty() ? "(none)\n\n" : text;
}

std::string question_with_responses(const std::string& query, const std::vector<Value>& responses) {
  return "Question:\n" + query + "\n\nResponses:\n" + numbered(responses);
}

}  // namespace

std::string synthesis_prompt(const std::string& query, const std::vector<Value>& responses) {
  return "Several assistants answered the same question independently. Weigh their responses against each "
         "other, see "
         "where they agree and where one of them errs, and work out the best answer, which may join parts of "
         "several or "
         "differ from all.\n\n" +
         question_with_responses(query, responses) + std::string(answer_form);
}

std::string selection_prompt(const std::string& query, const std::vector<Value>& responses) {
  return "Several assistants answered the same question independently. Decide which single response is the "
         "best. Do not "
         "write a new answer: repeat the answer of the response that you choose.\n\n" +
         question_with_responses(query, responses) + std::string(answer_form);
}

std::string verification_prompt(const std::string& query, const std::string& candidate) {
  return "Check whether the candidate answer to the question is correct. Work the question out for yourself "
         "before you "
         "judge.\n\nQuestion:\n" +
         query + "\n\nCandidate answer:\n" + candidate +
         "\n\nWrite your reply in exactly these sections:\n"
         "Verdict: 1 when the candidate answer is correct, otherwise 0.\n"
         "Explanation: what makes it right or wrong.\n"
         "Revised Answer (optional): the right answer, when the candidate is wrong; otherwise leave it "
         "empty.\n";
}

}  // namespace ember::non
