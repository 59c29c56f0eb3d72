#include <gtest/gtest.h>

#include <ember/model.hpp>
#include <ember/providers.hpp>

#include "model/scripted_provider.hpp"
#include "support/manual_clock.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;

class Stream : public ::testing::Test {
 protected:
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  Context context_{clock_, TimePoint::max(), {}};
  ContextScope scope_{context_};
};

TEST_F(Stream, pieces_arrive_while_the_model_writes) {
  const Model model("sim:echo?latency=4");
  auto stream = model.stream("one two three");
  std::vector<std::string> pieces;
  std::vector<Duration> times;
  for (auto& piece : stream) {
    pieces.push_back(piece.text);
    times.push_back(clock_->elapsed());
  }
  EXPECT_EQ(pieces, (std::vector<std::string>{"Echo: ", "one ", "two ", "three"}));
  EXPECT_EQ(times, (std::vector<Duration>{1s, 2s, 3s, 4s}));
  EXPECT_EQ(stream.completion().text, "Echo: one two three");
  EXPECT_EQ(stream.completion().attempts, 1);
}

TEST_F(Stream, completion_is_there_without_reading_the_pieces) {
  auto stream = Model("sim:echo?latency=4").stream("hi");
  EXPECT_EQ(stream.completion().text, "Echo: hi");
}

TEST_F(Stream, end_without_pieces_is_an_empty_loop) {
  const auto provider = make_simulated_provider("mute");
  provider->register_model("silent", {.answer = [](const ModelRequest&) { return std::string(); }});
  const auto registry = std::make_shared<ModelRegistry>();
  registry->register_provider(provider);
  for (auto& piece : Model("mute:silent", {}, registry).stream("hi")) FAIL() << piece.text;
}

TEST_F(Stream, failure_throws_from_the_loop) {
  const Model model("sim:echo?fail=1");
  EXPECT_THROW(
      {
        for (auto& piece : model.stream("hi")) FAIL() << piece.text;
      },
      ProviderAPIError);
}

TEST_F(Stream, leaving_early_cancels_the_call) {
  for (auto& piece : Model("sim:echo?latency=40").stream("one two three")) {
    EXPECT_EQ(piece.text, "Echo: ");
    break;
  }
  EXPECT_EQ(clock_->pending(), 0U);
  EXPECT_EQ(clock_->elapsed(), 10s);
}

// A provider that fails after its first piece, every time.
class Breaking final : public Provider {
 public:
  [[nodiscard]] std::string name() const override { return "breaking"; }
  void complete_async(ModelRequest, const Context&, PieceHandler on_piece, CompletionHandler done) override {
    ++attempts;
    on_piece({"begin"});
    done(std::make_exception_ptr(ProviderAPIError("cut", 0, true)));
  }
  int attempts = 0;
};

TEST_F(Stream, failure_after_a_piece_is_not_repeated) {
  const auto provider = std::make_shared<Breaking>();
  const auto registry = std::make_shared<ModelRegistry>();
  registry->register_provider(provider);
  auto stream = Model("breaking:a", {}, registry).stream("hi");
  CompletionPiece piece;
  ASSERT_TRUE(stream.next(piece));
  EXPECT_EQ(piece.text, "begin");
  EXPECT_THROW(stream.next(piece), ProviderAPIError);
  EXPECT_EQ(provider->attempts, 1);
}

}  // namespace
}  // namespace ember
