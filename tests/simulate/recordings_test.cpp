#include "simulate/recordings.hpp"

#include <gmock/gmock.h>

#include <ember/error.hpp>

#include <sstream>

namespace ember::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

Recordings read(const std::string& text) {
  std::istringstream lines(text);
  return Recordings::read(lines, "answers.jsonl");
}

TEST(Recordings, finds_the_answer_of_a_model_to_exactly_that_prompt) {
  const Recordings recordings = read(
      "{\"model\":\"b\",\"prompt\":\"p\",\"completion\":\"1\"}\n"
      "\n"
      "{\"model\":\"a\",\"prompt\":\"p\",\"completion\":\"2\",\"extra\":true}\r\n"
      "{\"model\":\"b\",\"prompt\":\"\\u00e4\",\"completion\":\"\"}");
  EXPECT_THAT(recordings.models(), ElementsAre("b", "a"));
  EXPECT_EQ(recordings.size(), 3U);
  EXPECT_EQ(*recordings.find("b", "p"), "1");
  EXPECT_EQ(*recordings.find("a", "p"), "2");
  EXPECT_EQ(*recordings.find("b", "ä"), "");
  EXPECT_EQ(recordings.find("b", "p "), nullptr);
  EXPECT_EQ(recordings.find("c", "p"), nullptr);
}

TEST(Recordings, an_empty_file_has_no_models) {
  EXPECT_TRUE(read("").models().empty());
}

TEST(Recordings, errors_name_file_and_line) {
  EXPECT_THAT([] { read("\n{\"model\":\"a\","); }, ThrowsMessage<DataError>(StartsWith("answers.jsonl:2:")));
  EXPECT_THAT([] { read("[1]"); },
              ThrowsMessage<DataError>(HasSubstr("answers.jsonl:1: expected an object")));
  EXPECT_THAT([] { read("{\"model\":\"a\",\"prompt\":\"p\"}"); },
              ThrowsMessage<DataError>(HasSubstr("answers.jsonl:1: missing field 'completion'")));
  EXPECT_THAT([] { read("{\"model\":7,\"prompt\":\"p\",\"completion\":\"\"}"); },
              ThrowsMessage<DataError>(HasSubstr("field 'model' must be a string, found int")));
  EXPECT_THAT([] { read("{\"model\":\"\xff\"}"); }, ThrowsMessage<DataError>(StartsWith("answers.jsonl:1:")));
}

TEST(Recordings, the_same_answer_twice_is_fine_and_another_one_is_not) {
  const std::string first = "{\"model\":\"a\",\"prompt\":\"p\",\"completion\":\"1\"}\n";
  EXPECT_EQ(read(first + first).size(), 1U);
  EXPECT_THAT([&] { read(first + "{\"model\":\"a\",\"prompt\":\"p\",\"completion\":\"2\"}\n"); },
              ThrowsMessage<DataError>(StartsWith("answers.jsonl:2: a second, different completion")));
}

TEST(Recordings, says_why_a_file_can_not_be_read) {
  EXPECT_THAT([] { Recordings::load("/nowhere/answers.jsonl"); },
              ThrowsMessage<DataError>(HasSubstr("'/nowhere/answers.jsonl': No such file")));
  EXPECT_THAT([] { Recordings::load("/"); }, ThrowsMessage<DataError>(HasSubstr("'/': Is a directory")));
}

}  // namespace
}  // namespace ember::simulate
