#include "simulate/token_pieces.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ember::simulate {
namespace {

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = token_end(text, at);
    all.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return all;
}

TEST(TokenPieces, words_carry_the_space_before_them) {
  EXPECT_EQ(pieces("First 2 + 3.\nA: 5"),
            (std::vector<std::string>{"First", " 2", " +", " 3", ".", "\nA", ":", " 5"}));
}

TEST(TokenPieces, long_words_are_several_tokens) {
  EXPECT_EQ(pieces("extraordinary"), (std::vector<std::string>{"extraor", "dinary"}));
}

TEST(TokenPieces, never_cuts_a_utf8_sequence) {
  EXPECT_EQ(pieces("ääääääää"), (std::vector<std::string>{"äääääää", "ä"}));
  EXPECT_EQ(pieces("🎉🎉"), (std::vector<std::string>{"🎉🎉"}));
}

TEST(TokenPieces, counts_and_takes_the_first) {
  EXPECT_EQ(count_tokens(""), 0U);
  EXPECT_EQ(count_tokens("  "), 1U);
  EXPECT_EQ(count_tokens("one two three"), 3U);
  EXPECT_EQ(first_tokens("one two three", 2), "one two");
  EXPECT_EQ(first_tokens("one", 5), "one");
}

}  // namespace
}  // namespace ember::simulate
