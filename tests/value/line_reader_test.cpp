#include "value/line_reader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <ember/error.hpp>

namespace ember {
namespace {

/// A pipe that holds `text` and ends.
class Pipe {
 public:
  explicit Pipe(const std::string& text) {
    EXPECT_EQ(::pipe(ends_), 0);
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(ends_[1]);
  }
  ~Pipe() { ::close(ends_[0]); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] int descriptor() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
};

std::vector<Line> lines_of(const std::string& text, std::size_t longest = LineReader::most_bytes) {
  const Pipe pipe(text);
  LineReader reader(pipe.descriptor(), "test", longest);
  std::vector<Line> lines;
  while (true) {
    if (auto line = reader.next()) {
      lines.push_back(*std::move(line));
    } else if (reader.is_at_end()) {
      return lines;
    } else {
      reader.fill();
    }
  }
}

TEST(LineReader, numbers_lines_and_counts_their_bytes) {
  const std::vector<Line> lines = lines_of("a\r\n\nccc");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text, "a");
  EXPECT_EQ(lines[0].bytes, 3U);
  EXPECT_EQ(lines[1].text, "");
  EXPECT_EQ(lines[2].text, "ccc");
  EXPECT_EQ(lines[2].number, 3U);
  EXPECT_EQ(lines[2].bytes, 3U);
}

TEST(LineReader, takes_the_byte_order_mark_off_the_first_line_only) {
  const std::string mark = "\xEF\xBB\xBF";
  const std::vector<Line> lines = lines_of(mark + "a\n" + mark + "b\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "a");
  EXPECT_EQ(lines[1].text, mark + "b");
}

TEST(LineReader, gives_nothing_for_nothing) {
  EXPECT_TRUE(lines_of("").empty());
}

TEST(LineReader, drops_lines_that_are_too_long_and_goes_on) {
  const std::vector<Line> lines =
      lines_of("ok\n" + std::string(5000, 'x') + "\nfine\n" + std::string(11, 'y'), 10);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].text, "ok");
  EXPECT_TRUE(lines[1].is_too_long);
  EXPECT_EQ(lines[1].bytes, 5001U);
  EXPECT_EQ(lines[1].text, "");
  EXPECT_EQ(lines[2].text, "fine");
  EXPECT_TRUE(lines[3].is_too_long);
  EXPECT_EQ(lines[3].number, 4U);
}

TEST(LineReader, names_the_file_that_it_can_not_read) {
  LineReader reader(-1, "'rows.jsonl'");
  try {
    reader.fill();
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "can not read 'rows.jsonl': Bad file descriptor");
  }
}

}  // namespace
}  // namespace ember
