#include "observe/shown_value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <ember/array.hpp>
#include <ember/fields.hpp>
#include <ember/json.hpp>

namespace ember {
namespace {

struct Credentials {
  std::string user = "ada";
  std::string api_key = "top";
};
EMBER_FIELDS(Credentials, user, api_key)
struct Opaque {};

TEST(ShownValue, small_values_are_whole) {
  const Value value = {{"query", "2+2?"}, {"k", 3}, {"share", 0.5}, {"ok", true}, {"none", nullptr}};
  EXPECT_EQ(shown_json(value), R"({"query":"2+2?","k":3,"share":0.5,"ok":true,"none":null})");
  EXPECT_EQ(shown_json(list({1, "two", list({})})), R"([1,"two",[]])");
  EXPECT_EQ(shown_json(array<double>({2, 2}, {1, 2, 3, 4.5})), "[[1,2],[3,4.5]]");
}

TEST(ShownValue, long_texts_are_cut_between_characters_and_say_so) {
  EXPECT_EQ(shown_json("abcdef", {.bytes = 4}), "\"abcd... (+2 bytes)\"");
  // Three bytes each: a cut never leaves half a character.
  const std::string euros = "\u20ac\u20ac\u20ac\u20ac";
  for (std::size_t bytes = 1; bytes <= euros.size() + 1; ++bytes) {
    const std::string shown = shown_json(euros, {.bytes = bytes});
    EXPECT_TRUE(is_utf8(shown)) << shown;
    EXPECT_NO_THROW((void)parse_json(shown)) << shown;
  }
}

TEST(ShownValue, a_large_field_does_not_hide_the_next) {
  const Value value = {{"context", std::string(100'000, 'x')}, {"query", "what?"}};
  const Value shown = parse_json(shown_json(value));
  EXPECT_EQ(shown["query"].string(), "what?");
  EXPECT_LT(shown["context"].string().size(), 2100U);
  EXPECT_TRUE(shown["context"].string().ends_with(" bytes)"));
}

TEST(ShownValue, of_long_lists_and_mappings_the_number_of_hidden_items_is_shown) {
  const Value shown = parse_json(shown_json(list(std::vector<int>(10'000, 7)), {.bytes = 20}));
  EXPECT_EQ(shown[std::size_t{0}].integer(), 7);
  EXPECT_EQ(shown[shown.size() - 1].string(), "... (+" + std::to_string(10'000 - shown.size() + 1) + ")");

  std::vector<std::pair<std::string, Value>> fields;
  for (int i = 0; i < 1000; ++i) fields.emplace_back("field" + std::to_string(i), i);
  const Value mapping = parse_json(shown_json(Value::mapping(fields), {.bytes = 100}));
  EXPECT_EQ(mapping["field0"].integer(), 0);
  EXPECT_TRUE(mapping.keys().back().starts_with("... (+99"));
}

TEST(ShownValue, a_huge_value_costs_only_what_is_shown) {
  // Were all of them written, this test would take minutes and gigabytes.
  const Value text(std::string(std::size_t{100} << 20U, 'x'));
  const Value rows = array<std::uint8_t>({1U << 13U, 1U << 13U}, std::vector<std::uint8_t>(1U << 26U));
  const Value all = list(std::vector<Value>(1'000'000, list({text, rows})));
  for (int i = 0; i < 1000; ++i) EXPECT_LT(shown_json(all).size(), 4096U);
}

TEST(ShownValue, depth_is_bounded) {
  Value deep = 1;
  for (int i = 0; i < 100'000; ++i) deep = list({deep});
  const std::string shown = shown_json(deep);
  EXPECT_LT(shown.size(), 100U);
  EXPECT_NO_THROW((void)parse_json(shown));
}

TEST(ShownValue, whatever_is_no_json_is_shown_as_text) {
  EXPECT_EQ(shown_json(list({NAN, INFINITY, -INFINITY})), R"(["NaN","infinity","-infinity"])");
  EXPECT_EQ(shown_json(std::string("a\xff\"\\\n\x01")), "\"a\xef\xbf\xbd\\\"\\\\\\n\\u0001\"");
  EXPECT_EQ(shown_json(wrap(Opaque{})), R"("<Opaque>")");
}

TEST(ShownValue, keys_that_are_cut_stay_different) {
  const std::string long_key(1000, 'k');
  const Value shown = parse_json(shown_json({{long_key + "1", 1}, {long_key + "2", 2}}));
  EXPECT_EQ(shown.size(), 2U);
}

TEST(ShownValue, fields_named_like_secrets_are_masked) {
  for (const char* name : {"api_key", "apiKey", "API-KEY", "x-api-key", "Authorization", "password", "secret",
                           "access_token", "client_secret", "OPENAI_API_KEY", "bearer"}) {
    EXPECT_EQ(shown_json({{name, "hush"}}), "{\"" + std::string(name) + R"(":"<masked>"})");
  }
  EXPECT_EQ(shown_json({{"password", list({"hush"})}}), R"({"password":"<masked>"})");
  EXPECT_EQ(shown_json({{"api_key", nullptr}}), R"({"api_key":null})");
  EXPECT_EQ(shown_json(wrap(Credentials{})), R"({"user":"ada","api_key":"<masked>"})");
  for (const char* name : {"token", "max_tokens", "key", "secretary", "keys", "author"}) {
    EXPECT_EQ(shown_json({{name, "seen"}}), "{\"" + std::string(name) + R"(":"seen"})");
  }
}

TEST(ShownValue, texts_that_look_like_keys_are_masked) {
  EXPECT_EQ(shown_json("use sk-proj-abcdefghijklmnop1234 for it"), R"("use <masked> for it")");
  EXPECT_EQ(shown_json("Authorization: Bearer eyJhbGciOi.J9-x, ok"),
            R"("Authorization: Bearer <masked>, ok")");
  EXPECT_EQ(shown_json("sk-short, task-abcdefghijklmnopqrstuvwxyz, the bearer of it"),
            R"("sk-short, task-abcdefghijklmnopqrstuvwxyz, the bearer of it")");
  EXPECT_EQ(shown_json(list({"sk-aaaaaaaaaaaaaaaaaaaaaa", "sk-bbbbbbbbbbbbbbbbbbbbbb"})),
            R"(["<masked>","<masked>"])");
}

TEST(ShownValue, a_cut_does_not_show_half_a_key) {
  const std::string key = "sk-abcdefghijklmnopqrstuvwxyz";
  for (std::size_t bytes = 1; bytes < 60; ++bytes) {
    const std::string shown = shown_json("key: " + key + " and more text after it", {.bytes = bytes});
    EXPECT_EQ(shown.find("sk-"), std::string::npos) << shown;
  }
}

}  // namespace
}  // namespace ember
