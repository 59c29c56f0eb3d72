#include <ember/json.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <ember/array.hpp>
#include <ember/error.hpp>

namespace ember {
namespace {

TEST(Json, ReadsWhatItWrites) {
  const Value value = {
      {"query", "Exa\"mple\n\x01"}, {"k", 3}, {"x", -0.5}, {"ids", list({1, 2.0, nullptr, true})}};
  EXPECT_EQ(to_json(value), R"({"query":"Exa\"mple\n\u0001","k":3,"x":-0.5,"ids":[1,2.0,null,true]})");
  EXPECT_EQ(parse_json(to_json(value)), value);
}

TEST(Json, IntegersAreExact) {
  EXPECT_EQ(parse_json("9223372036854775807").integer(), INT64_MAX);
  EXPECT_EQ(parse_json("-9223372036854775808").integer(), INT64_MIN);
  EXPECT_EQ(to_json(INT64_MIN), "-9223372036854775808");
}

TEST(Json, FloatsReadBackExactly) {
  for (const double number :
       {0.1, 1e22, 5e-324, 1.7976931348623157e308, -2.5, 1.0 / 3, 123456789.125, 1e15}) {
    const Value back = parse_json(to_json(number));
    EXPECT_TRUE(back.is_number()) << to_json(number);
    EXPECT_EQ(back.number(), number);
  }
  EXPECT_EQ(to_json(3.0), "3.0");
  EXPECT_EQ(to_json(0.1), "0.1");
  EXPECT_EQ(to_json(-0.0), "-0.0");
  EXPECT_TRUE(std::signbit(parse_json("-0.0").number()));
  EXPECT_EQ(parse_json("1e-999").number(), 0.0);
  EXPECT_EQ(parse_json("0e999").number(), 0.0);
}

TEST(Json, EscapesAreRead) {
  EXPECT_EQ(parse_json(R"("\"\\\/\b\f\n\r\t")").string(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(parse_json(R"("\u00e4\u6f22\ud83d\ude00")").string(), "ä漢😀");
  EXPECT_EQ(parse_json(R"("\u0000")").string(), std::string(1, '\0'));
  EXPECT_EQ(parse_json(R"({"\u0061":1})")["a"].integer(), 1);
}

TEST(Json, OrderOfFieldsIsKept) {
  const std::string text = R"({"z":1,"a":{"y":[],"b":{}},"m":null})";
  EXPECT_EQ(to_json(parse_json(text)), text);
}

TEST(Json, IndentsOnRequest) {
  const Value value = {{"a", list({1, 2})}, {"b", Value::mapping({})}};
  EXPECT_EQ(to_json(value, {.indent = 2}), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST(Json, LargeDocumentsPass) {
  std::vector<Value> rows;
  for (int i = 0; i < 10'000; ++i) rows.push_back({{"id", i}, {"text", "row number " + std::to_string(i)}});
  const Value value = Value::list(std::move(rows));
  EXPECT_EQ(parse_json(to_json(value)), value);
  EXPECT_EQ(parse_json("[1]"), list({1}));
}

TEST(Json, DepthIsLimitedByTheOptions) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(parse_json(nested(256)));
  EXPECT_THROW(parse_json(nested(257)), JsonError);
  EXPECT_NO_THROW(parse_json(nested(3), {.max_depth = 3}));
  EXPECT_THROW(parse_json(nested(4), {.max_depth = 3}), JsonError);
  EXPECT_EQ(parse_json("1", {.max_depth = 0}).integer(), 1);
  EXPECT_NO_THROW(parse_json(nested(100'000), {.max_depth = SIZE_MAX}));
  EXPECT_THROW(parse_json(nested(100'000), {.max_depth = 99'999}), JsonError);
}

TEST(Json, Utf8IsChecked) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain ä 漢 😀"));
  for (const char* wrong :
       {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8", "a\xc3"}) {
    EXPECT_FALSE(is_utf8(wrong));
  }
}

std::string refusal_to_write(const Value& value) {
  try {
    (void)to_json(value);
  } catch (const IncompatibleTypeError& error) {
    return error.what();
  } catch (const ValidationError& error) {
    return error.what();
  }
  return "written";
}

TEST(Json, WhatHasNoTextIsRefusedByPath) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal_to_write(nan), "JSON has no text for NaN");
  EXPECT_EQ(refusal_to_write({{"rows", list({1, {{"x", -infinity}}})}}),
            "JSON has no text for -infinity at 'rows[1].x'");
  EXPECT_EQ(refusal_to_write({{"a", list({"ok", "\xff"})}}), "string is not valid UTF-8 at 'a[1]'");
  EXPECT_NE(refusal_to_write({{"\xff", 1}}), "written");
  EXPECT_EQ(refusal_to_write(array<double>({2}, {1, nan})), "JSON has no text for NaN at '[1]'");
  Value deep = 1;
  for (int i = 0; i < 5000; ++i) deep = list({deep});
  EXPECT_EQ(refusal_to_write(deep), "the value is nested deeper than 2000 levels");
}

struct BadText {
  std::string text;
  std::size_t line;
  std::size_t column;
  std::string message;
};

class BadJson : public testing::TestWithParam<BadText> {};

TEST_P(BadJson, NamesLineAndColumn) {
  const BadText& bad = GetParam();
  try {
    (void)parse_json(bad.text);
    FAIL() << "accepted " << bad.text;
  } catch (const JsonError& error) {
    EXPECT_EQ(error.line(), bad.line) << bad.text << ": " << error.what();
    EXPECT_EQ(error.column(), bad.column) << bad.text << ": " << error.what();
    EXPECT_NE(std::string(error.what()).find(bad.message), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadJson,
    testing::Values(
        BadText{"", 1, 1, "expected a value, found the end of the text"},
        BadText{"  \n ", 2, 2, "the end of the text"},
        BadText{"{\"a\": 1,\n \"b\": }", 2, 7, "expected a value, found '}'"},
        BadText{"[1, 2", 1, 6, "expected ',' or ']', found the end of the text"},
        BadText{"[1 2]", 1, 4, "expected ',' or ']', found '2'"},
        BadText{"[1,]", 1, 4, "expected a value, found ']'"},
        BadText{"{\"a\" 1}", 1, 6, "expected ':', found '1'"},
        BadText{"{a: 1}", 1, 2, "expected a key in double quotes"},
        BadText{"{\"a\":1,}", 1, 8, "expected a key in double quotes"},
        BadText{"{} x", 1, 4, "after the end"}, BadText{"[1]\n[2]", 2, 1, "after the end"},
        BadText{"{\"a\":1,\n\"a\":2}", 2, 1, "key 'a' stands twice"},
        BadText{"{\"x\":{\"a\":1,\"\\u0061\":2}}", 1, 13, "key 'a' stands twice"},
        BadText{"9223372036854775808", 1, 1, "number out of range"},
        BadText{"[1, -9223372036854775809]", 1, 5, "number out of range"},
        BadText{"18446744073709551616", 1, 1, "number out of range"},
        BadText{"[1e400]", 1, 2, "number out of range"}, BadText{"-1.5e+999", 1, 1, "number out of range"},
        BadText{"01", 1, 1, "may not start with 0"}, BadText{"-", 1, 2, "expected a digit"},
        BadText{"1.", 1, 3, "expected a digit"}, BadText{"1e", 1, 3, "expected a digit"},
        BadText{"+1", 1, 1, "expected a value"}, BadText{".5", 1, 1, "expected a value"},
        BadText{"NaN", 1, 1, "expected a value"}, BadText{"nul", 1, 1, "expected a value"},
        BadText{"[trueish]", 1, 6, "expected the end of 'true'"},
        BadText{"\"abc", 1, 1, "without a closing quote"}, BadText{"\"a\nb\"", 1, 3, "control character"},
        BadText{"\"a\\x\"", 1, 3, "unknown escape"}, BadText{"\"\\u12\"", 1, 2, "four hexadecimal digits"},
        BadText{"\"\\ud800\"", 1, 2, "high surrogate"}, BadText{"\"\\ud800\\u0041\"", 1, 2, "high surrogate"},
        BadText{"\"\\udc00\"", 1, 2, "low surrogate"}, BadText{"[\"\xff\"]", 1, 3, "invalid UTF-8"},
        BadText{"[\"ok\", \"a\xed\xa0\x80\"]", 1, 10, "invalid UTF-8"},
        BadText{"\xef\xbb\xbf{}", 1, 1, "found byte 0xef"}, BadText{"// no\n1", 1, 1, "found '/'"},
        BadText{"'a'", 1, 1, "expected a value"}, BadText{std::string("[1]\0", 4), 1, 4, "after the end"}));

}  // namespace
}  // namespace ember
