#include <ember/fields.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include <ember/error.hpp>
#include <ember/fingerprint.hpp>
#include <ember/json.hpp>

namespace shop {

struct Answer {
  std::string text;
  double confidence = 0;
};
EMBER_FIELDS(Answer, text, confidence)

struct Panel {
  std::vector<Answer> answers;
  std::optional<int> rank;
};
EMBER_FIELDS(Panel, answers, rank)

struct Limits {
  std::uint8_t small = 0;
  std::int64_t large = 0;
  float ratio = 0;
  bool is_on = false;
  std::map<std::string, std::vector<int>> groups;
  ember::Value anything;
};
EMBER_FIELDS(Limits, small, large, ratio, is_on, groups, anything)

struct Wide {
  int a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9, a10 = 10, a11 = 11, a12 = 12,
      a13 = 13, a14 = 14, a15 = 15, a16 = 16, a17 = 17, a18 = 18, a19 = 19, a20 = 20, a21 = 21, a22 = 22,
      a23 = 23, a24 = 24, a25 = 25, a26 = 26, a27 = 27, a28 = 28, a29 = 29, a30 = 30, a31 = 31, a32 = 32;
};
EMBER_FIELDS(Wide, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20,
             a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32)

struct Opaque {
  int state = 0;
};

}  // namespace shop

struct Global {
  int number = 0;
};
EMBER_FIELDS(Global, number)

namespace ember {
namespace {

TEST(Fields, StructsConvertBothWays) {
  const Value value = to_value(shop::Answer{"yes", 0.9});
  EXPECT_EQ(value, Value({{"text", "yes"}, {"confidence", 0.9}}));
  EXPECT_EQ(from_value<shop::Answer>(value).text, "yes");
}

TEST(Fields, WrappedStructIsReadInPlace) {
  const Value value = wrap(shop::Panel{{{"yes", 1}}, 3});
  EXPECT_TRUE(value.is_native());
  EXPECT_EQ(value["answers"][0]["text"].string(), "yes");
  const Argument<shop::Panel> argument(value);
  EXPECT_EQ(&argument.get(), value.native_if<shop::Panel>());
  EXPECT_EQ(value, to_value(shop::Panel{{{"yes", 1}}, 3}));
}

static_assert(HasFields<shop::Answer> && HasFields<Global> && !HasFields<shop::Opaque> &&
              !HasFields<std::string>);

template <class T>
std::string refusal(const Value& value) {
  try {
    (void)from_value<T>(value);
  } catch (const ValidationError& error) {
    return error.what();
  }
  return "read";
}

TEST(Fields, EveryMemberTypeConvertsBothWays) {
  const Value value = {{"small", 255},
                       {"large", INT64_MIN},
                       {"ratio", 0.5},
                       {"is_on", true},
                       {"groups", {{"a", list({1, 2})}}},
                       {"anything", list({nullptr})}};
  EXPECT_EQ(to_value(from_value<shop::Limits>(value)), value);
  EXPECT_EQ(to_value(from_value<Global>(Value({{"number", 3}, {"undeclared", 1}}))), Value({{"number", 3}}));
}

TEST(Fields, UpTo32AreDeclared) {
  const Value value = to_value(shop::Wide{});
  EXPECT_EQ(value.size(), 32U);
  EXPECT_EQ(value["a32"].integer(), 32);
  EXPECT_EQ(from_value<shop::Wide>(value.with("a17", 0)).a17, 0);
}

TEST(Fields, WrongValuesAreNamedByPath) {
  const Value good = to_value(shop::Panel{{{"yes", 1}}, {}});
  EXPECT_EQ(refusal<shop::Panel>(good), "read");
  EXPECT_EQ(refusal<shop::Panel>({{"answers", list({{{"text", 1}, {"confidence", 0.5}}})}}),
            "expected string, found int at 'answers[0].text'");
  EXPECT_EQ(refusal<shop::Panel>({{"answers", list({{{"text", "a"}}})}}),
            "Answer lacks the field 'confidence' at 'answers[0]'");
  EXPECT_EQ(refusal<shop::Panel>(Value::mapping({})), "Panel lacks the field 'answers'");
  EXPECT_EQ(refusal<shop::Panel>("text"), "expected Panel, found string");
  EXPECT_EQ(refusal<shop::Panel>({{"answers", 1}}), "expected list of Answer, found int at 'answers'");
  EXPECT_EQ(refusal<int>(1.0), "expected int, found float");
  EXPECT_EQ(refusal<std::uint8_t>(256), "integer 256 is not between 0 and 255");
  EXPECT_EQ(refusal<unsigned>(-1), "integer -1 is not between 0 and 4294967295");
  EXPECT_EQ(refusal<bool>(1), "expected bool, found int");
  EXPECT_EQ(refusal<std::vector<int>>(list({1, "two"})), "expected int, found string at '[1]'");
}

TEST(Fields, AnIntegerStandsForAFloat) {
  EXPECT_EQ(from_value<double>(3), 3.0);
}

TEST(Fields, OptionalMembersMayBeAbsentOrNull) {
  EXPECT_FALSE(from_value<shop::Panel>(Value({{"answers", list({})}})).rank.has_value());
  EXPECT_FALSE(from_value<shop::Panel>(Value({{"answers", list({})}, {"rank", nullptr}})).rank.has_value());
  EXPECT_EQ(from_value<shop::Panel>(Value({{"answers", list({})}, {"rank", 2}})).rank, 2);
  EXPECT_TRUE(to_value(shop::Panel{})["rank"].is_null());
}

TEST(Fields, ArraysReadAsVectors) {
  EXPECT_EQ(from_value<std::vector<double>>(array<float>({2}, {0.5F, 2})), (std::vector<double>{0.5, 2}));
  EXPECT_EQ(from_value<std::vector<std::vector<int>>>(array<std::int64_t>({2, 1}, {1, 2})),
            (std::vector<std::vector<int>>{{1}, {2}}));
}

TEST(Fields, WrapKeepsStructsWhole) {
  const Value items = wrap(std::vector<shop::Answer>{{"a", 1}, {"b", 2}});
  ASSERT_TRUE(items.is_list());
  EXPECT_EQ(items[1].native_if<shop::Answer>()->text, "b");
  EXPECT_TRUE(wrap(std::optional<int>()).is_null());
  EXPECT_EQ(wrap(std::optional<int>(3)), Value(3));
  EXPECT_EQ(wrap(std::string("text")), Value("text"));
  EXPECT_TRUE(wrap(std::map<std::string, int>{{"a", 1}}).is_mapping());
  EXPECT_TRUE(wrap(std::vector<bool>{true, false})[0].boolean());
  EXPECT_EQ(wrap(std::make_unique<int>(5)).native_type().fields.size(), 0U);
}

TEST(Fields, OpaqueNativesAreTheirIdentity) {
  const Value one = wrap(shop::Opaque{1});
  EXPECT_FALSE(one.has_fields());
  EXPECT_EQ(one, Value(one));
  EXPECT_NE(one, wrap(shop::Opaque{1}));
  EXPECT_EQ(one.native_if<shop::Opaque>()->state, 1);
  EXPECT_EQ(one.native_if<shop::Answer>(), nullptr);
  EXPECT_EQ(one.native_type().name, "Opaque");
  EXPECT_FALSE(fingerprint(list({one})).has_value());
  EXPECT_THROW((void)to_json({{"a", one}}), IncompatibleTypeError);
  EXPECT_THROW((void)Value({{"a", one}}).as_dict(), IncompatibleTypeError);
  EXPECT_THROW((void)one["state"], IncompatibleTypeError);
}

TEST(Fields, NativesReadAsMappings) {
  const Value native = wrap(shop::Panel{{{"yes", 0.5}}, 1});
  const Value plain = to_value(shop::Panel{{{"yes", 0.5}}, 1});
  EXPECT_EQ(native.keys(), plain.keys());
  EXPECT_EQ(native.size(), 2U);
  EXPECT_EQ(native, plain);
  EXPECT_EQ(plain, native);
  EXPECT_EQ(fingerprint(native), fingerprint(plain));
  EXPECT_EQ(to_json(native), to_json(plain));
  const Value dict = native.as_dict();
  EXPECT_TRUE(dict["answers"][0].is_mapping());
  EXPECT_EQ(native.with("rank", 2)["rank"].integer(), 2);
  EXPECT_EQ(merge(native, {{"more", 1}}).size(), 3U);
  EXPECT_EQ(native.get("nope", 1).integer(), 1);
  EXPECT_THROW((void)native["nope"], ItemNotFoundError);
  EXPECT_TRUE(plain.as_dict().is_same(plain));
}

TEST(Argument, ReadsInPlaceOrConverts) {
  const Value text = "tea";
  EXPECT_EQ(&Argument<std::string>(text).get(), &text.string());
  const Value items = list({1, 2});
  EXPECT_EQ(&Argument<std::vector<Value>>(items).get(), &items.items());
  EXPECT_EQ(Argument<std::vector<int>>(items).get(), (std::vector<int>{1, 2}));
  EXPECT_EQ(Argument<shop::Answer>(Value({{"text", "a"}, {"confidence", 1}})).get().confidence, 1.0);
  EXPECT_EQ(Argument<Global>(wrap(Global{4})).get().number, 4);
  EXPECT_EQ(Argument<double>(Value(3)).get(), 3.0);
  EXPECT_THROW(Argument<std::string>(Value(3)), ValidationError);
  EXPECT_THROW(Argument<shop::Opaque>(Value({{"state", 1}})), ValidationError);
  EXPECT_EQ(*Argument<std::unique_ptr<int>>(wrap(std::make_unique<int>(5))).get(), 5);
}

TEST(Fields, TypeNamesAreReadable) {
  EXPECT_EQ(type_name<int>(), "int");
  EXPECT_EQ(type_name<std::vector<shop::Answer>>(), "list of Answer");
  EXPECT_EQ((type_name<std::map<std::string, std::optional<double>>>()), "mapping of optional float");
  EXPECT_EQ(type_name<std::string>(), "string");
  EXPECT_EQ(&native_type_of<Global>(), &native_type_of<Global>());
}

}  // namespace
}  // namespace ember
