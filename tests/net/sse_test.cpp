#include "net/sse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include <ember/error.hpp>

namespace ember::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each event as `type|data|id`.
std::vector<std::string> parse(const std::vector<std::string_view>& chunks) {
  std::vector<std::string> events;
  SseParser parser(
      [&](const SseEvent& event) { events.push_back(event.type + "|" + event.data + "|" + event.id); });
  for (const std::string_view chunk : chunks) parser.feed(chunk);
  return events;
}

std::vector<std::string> parse(std::string_view text) {
  return parse(std::vector{text});
}

TEST(SseParser, reads_data_lines) {
  EXPECT_THAT(parse("data: one\n\ndata: two\n\n"), ElementsAre("message|one|", "message|two|"));
  EXPECT_THAT(parse("data: a\ndata: b\ndata:\ndata\n\n"), ElementsAre("message|a\nb\n\n|"));
  EXPECT_THAT(parse("data:x\n\ndata:  x\n\n"), ElementsAre("message|x|", "message| x|"));
  EXPECT_THAT(parse("data: a:b\n\n"), ElementsAre("message|a:b|"));
}

TEST(SseParser, takes_every_line_end) {
  EXPECT_THAT(parse("data: a\r\n\r\ndata: b\r\rdata: c\n\n"),
              ElementsAre("message|a|", "message|b|", "message|c|"));
  EXPECT_THAT(parse({"data: a\r", "\n", "\r", "\ndata: b\r\n\r\n"}), ElementsAre("message|a|", "message|b|"));
}

TEST(SseParser, names_events_and_keeps_ids) {
  EXPECT_THAT(parse("event: add\ndata: 1\nid: 7\n\ndata: 2\n\nid\ndata: 3\n\n"),
              ElementsAre("add|1|7", "message|2|7", "message|3|"));
  EXPECT_THAT(parse(std::string_view("id: a\0b\ndata: 1\n\n", 17)), ElementsAre("message|1|"));
  EXPECT_THAT(parse("event:\ndata: 1\n\n"), ElementsAre("message|1|"));
}

TEST(SseParser, skips_comments_and_unknown_fields) {
  EXPECT_THAT(parse(": keep-alive\n\n:\ndata: 1\nother: x\nDATA: y\n\n"), ElementsAre("message|1|"));
}

TEST(SseParser, gives_no_event_without_data) {
  EXPECT_THAT(parse("event: add\n\ndata: 1\n\n\n\n"), ElementsAre("message|1|"));
  EXPECT_THAT(parse("data\n\n"), ElementsAre("message||"));
}

TEST(SseParser, drops_what_the_end_of_the_stream_cuts_off) {
  std::size_t events = 0;
  SseParser parser([&](const SseEvent&) { ++events; });
  parser.feed("data: 1\n\n");
  EXPECT_FALSE(parser.has_partial_event());
  parser.feed("data: 2\n");
  EXPECT_TRUE(parser.has_partial_event());
  EXPECT_EQ(events, 1u);
}

TEST(SseParser, skips_a_byte_order_mark_only_at_the_start) {
  EXPECT_THAT(parse("\xEF\xBB\xBF"
                    "data: 1\n\n"
                    "\xEF\xBB\xBF"
                    "data: 2\n\n"),
              ElementsAre("message|1|"));
}

TEST(SseParser, reads_the_retry_time) {
  SseParser parser([](const SseEvent&) {});
  parser.feed("retry: 12x\nretry:\nretry: -1\n");
  EXPECT_EQ(parser.retry(), std::nullopt);
  parser.feed("retry: 1500\n");
  EXPECT_EQ(parser.retry(), Duration(std::chrono::milliseconds(1500)));
  parser.feed("retry: 99999999999999999999999\n");
  EXPECT_GT(parser.retry().value(), std::chrono::hours(24 * 365));
}

TEST(SseParser, bounds_lines_and_events) {
  const auto feed = [](std::string_view text) {
    SseParser parser([](const SseEvent&) {}, 100);
    parser.feed(text);
  };
  EXPECT_NO_THROW(feed("data: " + std::string(94, 'x') + "\n\n"));
  EXPECT_THROW(feed(std::string(101, 'x')), DataError);
  std::string lines;
  for (int i = 0; i < 10; ++i) lines += "data: 0123456789\n";
  EXPECT_THROW(feed(lines), DataError);
}

TEST(SseParser, passes_on_what_the_callback_throws) {
  SseParser parser([](const SseEvent&) { throw std::runtime_error("no"); });
  EXPECT_THROW(parser.feed("data: 1\n\n"), std::runtime_error);
}

TEST(SseParser, any_split_of_the_bytes_gives_the_same_events) {
  const std::vector<std::string> pieces = {
      "data",     ":",      " ", "\n",   "\r",           "\r\n",         "event", "id",
      "retry: 5", ": note", "x", "\n\n", "\xEF\xBB\xBF", "data: word\n", "é",     "\r\n\r\n"};
  std::mt19937 random(20240611);
  std::size_t events = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t count = 1 + random() % 30; count > 0; --count) text += pieces[random() % pieces.size()];
    const auto whole = parse(text);
    events += whole.size();
    std::vector<std::string_view> chunks;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t size = random() % (rest.size() + 1);
      chunks.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    ASSERT_EQ(parse(chunks), whole) << "round " << round;
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(std::string_view(text).substr(i, 1));
    ASSERT_EQ(parse(bytes), whole) << "round " << round;
  }
  EXPECT_GT(events, 1000u);
}

}  // namespace
}  // namespace ember::net
