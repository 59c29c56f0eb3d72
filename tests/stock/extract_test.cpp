#include <ember/extract.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

namespace ember::non {
namespace {

using testing::HasSubstr;

Value found(ExtractOptions options, const Value& text) {
  return extract(std::move(options))({{"text", text}})["answer"];
}

TEST(Extract, TheLastMatchWins) {
  EXPECT_EQ(found({.pattern = "A:(.*)"}, "A: 1\nB\nA: 26 \nend"), Value("26"));
  EXPECT_EQ(found({.pattern = "[0-9]+"}, "3 and 4 and 56"), Value("56"));
}

TEST(Extract, TakesTheFirstGroupThatTookPart) {
  EXPECT_EQ(found({.pattern = "x=(\\d+)|y=(\\d+)"}, "x=1 y=2"), Value("2"));
  EXPECT_EQ(found({.pattern = "a(\\d)(\\d)"}, "a12"), Value("1"));
  EXPECT_EQ(found({.pattern = "a(\\d)?"}, "a"), Value());
}

TEST(Extract, RemovesCharactersAndTrims) {
  EXPECT_EQ(found({.pattern = "A:(.*)", .remove = ",$"}, "A: $1,234,567 "), Value("1234567"));
  EXPECT_EQ(found({.pattern = "A:(.*)", .trim = false}, "A: 7 "), Value(" 7 "));
  EXPECT_EQ(found({.pattern = "A:(.*)", .remove = "，"}, "A: 1，234€，"), Value("1234€"));
  EXPECT_EQ(found({.pattern = "A:(.*)"}, "A:  "), Value(""));
}

TEST(Extract, NoMatchIsNullOrTheFallbackOrAnError) {
  EXPECT_EQ(found({.pattern = "A:(.*)"}, "none"), Value());
  EXPECT_EQ(found({.pattern = "A:(.*)"}, nullptr), Value());
  EXPECT_EQ(found({.pattern = "A:(.*)", .fallback = "?"}, "none"), Value("?"));
  try {
    found({.pattern = "A:(.*)", .require_match = true}, "secret text");
    FAIL();
  } catch (const OperatorExecutionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("field 'text' has no match of the pattern 'A:(.*)'"));
    EXPECT_THAT(error.what(), Not(HasSubstr("secret")));
  }
}

TEST(Extract, PatternsMayMatchNothing) {
  EXPECT_EQ(found({.pattern = "x*"}, "axxb"), Value(""));
  EXPECT_EQ(found({.pattern = "(x*)"}, "éxx"), Value(""));
  EXPECT_EQ(found({.pattern = "x*"}, ""), Value(""));
}

TEST(Extract, WorksOnListsOfTexts) {
  const Op<> answers = extract({.field = "responses", .pattern = "\\d+", .output = "responses"});
  EXPECT_EQ(answers({{"responses", list({"is 1", "none", nullptr, "2 or 3"})}}),
            Value({{"responses", list({"1", nullptr, nullptr, "3"})}}));
}

TEST(Extract, NamesWhatIsWrong) {
  const auto refusal = [](ExtractOptions options) -> std::string {
    try {
      extract(std::move(options));
    } catch (const InvalidArgumentError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal({.pattern = "a(b"}), HasSubstr("pattern 'a(b' is not valid: missing )"));
  EXPECT_THAT(refusal({}), HasSubstr("pattern"));
  EXPECT_THAT(refusal({.field = "", .pattern = "a"}), HasSubstr("field"));
  EXPECT_THAT(refusal({.pattern = "a", .output = ""}), HasSubstr("output"));
  EXPECT_THAT(refusal({.pattern = "a", .require_match = true, .fallback = 1}), HasSubstr("fallback"));
  EXPECT_THROW(found({.pattern = "a"}, 5), OperatorExecutionError);
  EXPECT_THROW(extract({.pattern = "a"})({{"other", "a"}}), OperatorExecutionError);
}

}  // namespace
}  // namespace ember::non
