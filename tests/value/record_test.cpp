#include <ember/record.hpp>

#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember {
namespace {

Schema text_schema() {
  return Schema("Text", {{"text", Schema::string()}, {"k", Schema::integer(), {.default_value = 1}}});
}

TEST(Record, ReadsLikeAMapping) {
  const Record record(text_schema(), {{"text", "tea"}});
  EXPECT_EQ(record["text"].string(), "tea");
  EXPECT_EQ(record["k"].integer(), 1);
  EXPECT_EQ(record.get("nope", 7).integer(), 7);
  EXPECT_EQ(record, Value({{"k", 1}, {"text", "tea"}}));
}

TEST(Record, InsideAValueKeepsItsSchema) {
  const Value value = Record(text_schema(), {{"text", "tea"}}).value();
  EXPECT_TRUE(value.is_native());
  EXPECT_EQ(value["text"].string(), "tea");
  EXPECT_THROW((void)value["nope"], ItemNotFoundError);
  EXPECT_EQ(value, Value({{"text", "tea"}, {"k", 1}}));
  EXPECT_EQ(to_json(value), R"({"text":"tea","k":1})");
  EXPECT_TRUE(value.as_dict().is_mapping());
  ASSERT_NE(Record::find(value), nullptr);
  EXPECT_TRUE(text_schema().is_instance(value));
  EXPECT_FALSE(Schema("Other", {}).is_instance(value));
  EXPECT_EQ(Record::find(Value({{"text", "tea"}})), nullptr);
}

TEST(Record, RefusesWhatIsNoRecord) {
  EXPECT_THROW(Record(Schema::integer(), {{"text", "a"}}), InvalidArgumentError);
  EXPECT_THROW(Record(text_schema(), list({1})), ValidationError);
  EXPECT_THROW(Record(text_schema(), {{"k", 1}}), ValidationError);
}

TEST(Conformance, operator_020) {
  try {
    Record(Schema("Text", {{"text", Schema::string()}}), {{"text", "a"}, {"other", 1}});
    FAIL() << "an undeclared field was accepted";
  } catch (const ValidationError& error) {
    EXPECT_NE(std::string(error.what()).find("'other'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace ember
