#include "simulate/reply_body.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;

class Words final : public ReplyBody {
 public:
  std::optional<Piece> next() override {
    static const std::vector<std::string> words = {"one", "two!", "three"};
    if (index_ == words.size()) return std::nullopt;
    ++index_;
    return Piece{10ms * static_cast<int>(index_), words[index_ - 1]};
  }

 private:
  std::size_t index_ = 0;
};

TEST(ReplyBody, whole_is_one_piece) {
  const auto body = whole_body(5ms, "text");
  const auto piece = body->next();
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->at, 5ms);
  EXPECT_EQ(piece->bytes, "text");
  EXPECT_FALSE(body->next());
}

TEST(ReplyBody, cut_ends_in_the_middle_of_a_piece) {
  const auto body = cut_body(std::make_unique<Words>(), 1);
  EXPECT_EQ(body->next()->bytes, "one");
  EXPECT_EQ(body->next()->bytes, "tw");
  EXPECT_FALSE(body->next());
  EXPECT_FALSE(body->next());
}

TEST(ReplyBody, drip_gives_every_byte_its_own_time) {
  const auto body = drip_body(std::make_unique<Words>(), 4ms);
  std::string text;
  std::vector<Duration> times;
  while (const auto piece = body->next()) {
    ASSERT_EQ(piece->bytes.size(), 1U);
    text += piece->bytes;
    times.push_back(piece->at);
  }
  EXPECT_EQ(text, "onetwo!three");
  EXPECT_EQ(times,
            (std::vector<Duration>{10ms, 14ms, 18ms, 22ms, 26ms, 30ms, 34ms, 38ms, 42ms, 46ms, 50ms, 54ms}));
}

}  // namespace
}  // namespace ember::simulate
