#include <ember/most_common.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stock/input_text.hpp"

namespace ember::non {
namespace {

struct Candidate {
  const Value* response;
  std::size_t votes;
};

/// Counts equal responses, in the order of their first votes.
class Tally {
 public:
  void add(const Value& response) {
    if (response.is_string()) {
      const auto [found, is_new] = texts_.try_emplace(response.string(), candidates_.size());
      count(found->second, is_new, response);
      return;
    }
    for (const std::size_t index : others_) {
      if (*candidates_[index].response == response) return count(index, false, response);
    }
    others_.push_back(candidates_.size());
    count(others_.back(), true, response);
  }

  [[nodiscard]] Value winner() const {
    const Candidate* best = nullptr;
    for (const Candidate& candidate : candidates_) {
      if (!best || candidate.votes > best->votes) best = &candidate;
    }
    return best ? *best->response : Value();
  }

 private:
  void count(std::size_t index, bool is_new, const Value& response) {
    if (is_new) candidates_.push_back({&response, 0});
    ++candidates_[index].votes;
  }

  std::vector<Candidate> candidates_;
  // Responses are texts nearly always; the rest can not be hashed and is compared one by one.
  std::unordered_map<std::string_view, std::size_t> texts_;
  std::vector<std::size_t> others_;
};

}  // namespace

Value MostCommon::forward(const Value& inputs) const {
  const std::vector<Value> responses = list_field(inputs, "responses");
  Tally tally;
  for (const Value& response : responses) {
    if (!response.is_null()) tally.add(response);
  }
  return {{"final_answer", tally.winner()}};
}

Op<> most_common() {
  return MostCommon();
}

}  // namespace ember::non
