#include <ember/value_stream.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <ember/error.hpp>

namespace ember {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Value> all(ValueStream stream) {
  return {stream.begin(), ValueStream::end()};
}

template <class Body>
std::string message_of(const Body& body) {
  try {
    (void)body();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

/// A file that is there for one test.
class TextFile {
 public:
  TextFile(const std::string& name, std::string_view text) : path_(testing::TempDir() + name) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(ValueStream, AFunctionIsAskedOnlyForWhatIsRead) {
  int asked = 0;
  ValueStream stream([&asked]() -> std::optional<Value> { return ++asked; });
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(stream.next(), Value(1));
  EXPECT_EQ(stream.next(), Value(2));
  EXPECT_EQ(asked, 2);
}

TEST(ValueStream, EndsOnceAndLetsItsSourceGo) {
  auto counter = std::make_unique<int>(0);
  const auto kept = std::make_shared<int>(0);
  ValueStream stream([counter = std::move(counter), kept]() -> std::optional<Value> {
    if (++*counter == 1) return Value("only");
    return std::nullopt;
  });
  EXPECT_EQ(kept.use_count(), 2);
  EXPECT_EQ(stream.next(), Value("only"));
  EXPECT_EQ(stream.next(), std::nullopt);
  EXPECT_EQ(kept.use_count(), 1);
  EXPECT_EQ(stream.next(), std::nullopt);
  EXPECT_THAT(all(ValueStream()), ElementsAre());
}

TEST(ValueStream, RangesAndIteratorsAreRead) {
  EXPECT_THAT(all(ValueStream(std::vector<int>{1, 2, 3})), ElementsAre(1, 2, 3));
  EXPECT_THAT(all(ValueStream(std::vector<int>())), ElementsAre());
  const std::list<std::string> words = {"a", "b"};
  EXPECT_THAT(all(ValueStream(words.begin(), words.end())), ElementsAre("a", "b"));
  std::istringstream numbers("4 5");
  EXPECT_THAT(all(ValueStream(std::istream_iterator<int>(numbers), std::istream_iterator<int>())),
              ElementsAre(4, 5));
  EXPECT_THAT(all(ValueStream(list({1, "x"}).items())), ElementsAre(1, "x"));
}

TEST(ValueStream, MovesWithWhatIsLeft) {
  ValueStream first(std::vector<int>{1, 2, 3});
  EXPECT_EQ(first.next(), Value(1));
  ValueStream second = std::move(first);
  EXPECT_THAT(all(std::move(second)), ElementsAre(2, 3));
}

TEST(ValueStream, AnErrorOfTheSourcePassesThrough) {
  ValueStream stream([n = 0]() mutable -> std::optional<Value> {
    if (++n == 2) throw std::runtime_error("the source is broken");
    return n;
  });
  EXPECT_EQ(stream.next(), Value(1));
  EXPECT_THROW((void)stream.next(), std::runtime_error);
  EXPECT_EQ(stream.next(), Value(3));
}

TEST(Lines, AreTextsWithoutTheirEnds) {
  const TextFile file("lines.txt", "one\r\n\ntwo");
  EXPECT_THAT(all(lines(file.path())), ElementsAre("one", "", "two"));
  std::istringstream input("one\n\ntwo\n");
  EXPECT_THAT(all(lines(input)), ElementsAre("one", "", "two"));
}

TEST(Lines, OfALongStreamAreRead) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + "\n";
  std::istringstream input(text);
  int expected = 0;
  for (const Value& line : lines(input)) ASSERT_EQ(line, Value(std::to_string(expected++)));
  EXPECT_EQ(expected, 50'000);
}

TEST(JsonLines, AreOneDocumentEach) {
  const TextFile file("rows.jsonl", "\xEF\xBB\xBF{\"a\": 1}\n  \n[1, 2]\n\"x\"");
  EXPECT_THAT(all(json_lines(file.path())), ElementsAre(Value{{"a", 1}}, list({1, 2}), "x"));
}

TEST(JsonLines, ALineThatIsNoneIsNamedAndThoseBehindItCanBeRead) {
  const TextFile file("broken.jsonl", "1\n\n{\"a\": }\n4\n");
  ValueStream stream = json_lines(file.path());
  EXPECT_EQ(stream.next(), Value(1));
  EXPECT_THAT(message_of([&] { return stream.next(); }), HasSubstr(file.path() + ":3: not JSON: "));
  EXPECT_EQ(stream.next(), Value(4));
  EXPECT_EQ(stream.next(), std::nullopt);

  std::istringstream input("nonsense");
  ValueStream from_stream = json_lines(input, "answers");
  EXPECT_THAT(message_of([&] { return from_stream.next(); }), HasSubstr("answers:1: not JSON: "));
}

TEST(JsonLines, AFileThatCanNotBeReadIsNamed) {
  const std::string missing = testing::TempDir() + "no such file.jsonl";
  EXPECT_EQ(message_of([&] { return json_lines(missing); }),
            "can not read " + missing + ": No such file or directory");
  ValueStream folder = json_lines(testing::TempDir());
  EXPECT_EQ(message_of([&] { return folder.next(); }),
            "can not read " + testing::TempDir() + ": Is a directory");
  std::ifstream failed(missing);
  EXPECT_EQ(message_of([&] { return lines(failed, "answers"); }),
            "can not read answers: the stream has failed before");
}

}  // namespace
}  // namespace ember
