#include <ember/most_common.hpp>

#include <gtest/gtest.h>

#include <random>

#include <ember/error.hpp>

namespace ember::non {
namespace {

Value vote(const std::vector<Value>& responses) {
  return most_common()({{"responses", Value::list(responses)}})["final_answer"];
}

TEST(MostCommon, TakesTheResponseWithMostVotes) {
  EXPECT_EQ(vote({"a", "b", "b"}), Value("b"));
  EXPECT_EQ(vote({"b", "a", "a", "b"}), Value("b"));
  EXPECT_EQ(vote({}), Value());
}

TEST(MostCommon, NullIsNoVote) {
  EXPECT_EQ(vote({nullptr, nullptr, "a"}), Value("a"));
  EXPECT_EQ(vote({nullptr, nullptr}), Value());
}

TEST(MostCommon, CountsEqualValuesOfAnyKind) {
  EXPECT_EQ(vote({1, "1", 1.0}), Value(1));
  EXPECT_EQ(vote({"x", list({1, 2}), Value{{"a", 1}}, list({1, 2})}), list({1, 2}));
}

TEST(MostCommon, RefusesWhatIsNoList) {
  EXPECT_THROW(most_common()({{"responses", "a"}}), OperatorExecutionError);
  EXPECT_THROW(most_common()({{"query", "a"}}), OperatorExecutionError);
}

/// The winner by definition: for each response in order, count its equals; keep the first that has most.
Value naive_winner(const std::vector<Value>& responses) {
  Value best;
  std::size_t most = 0;
  for (const Value& response : responses) {
    if (response.is_null()) continue;
    std::size_t votes = 0;
    for (const Value& other : responses) votes += other == response ? 1 : 0;
    if (votes > most) best = response;
    most = std::max(most, votes);
  }
  return best;
}

TEST(MostCommon, AgreesWithANaiveCount) {
  const std::vector<Value> pool = {"a", "b", "c", 1, 1.0, 2, nullptr, list({"a"}), true, ""};
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Value> responses(random() % 9);
    for (Value& response : responses) response = pool[random() % pool.size()];
    EXPECT_TRUE(vote(responses) == naive_winner(responses)) << "round " << round;
  }
}

}  // namespace
}  // namespace ember::non
