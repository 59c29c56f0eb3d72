#include <ember/fields.hpp>

#include <gtest/gtest.h>

#include <ember/error.hpp>

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

}  // namespace shop

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

}  // namespace
}  // namespace ember
