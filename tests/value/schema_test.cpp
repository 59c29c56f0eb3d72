#include <ember/schema.hpp>

#include <gtest/gtest.h>

#include <ember/array.hpp>
#include <ember/error.hpp>
#include <ember/json.hpp>

namespace survey {

struct Answer {
  std::string text;
  double confidence = 0;
  std::optional<std::string> source;
};
EMBER_FIELDS(Answer, text, confidence, source)

struct Panel {
  std::vector<Answer> answers;
  std::map<std::string, int> votes;
};
EMBER_FIELDS(Panel, answers, votes)

struct Tree {
  int label = 0;
  std::vector<Tree> children;
};
EMBER_FIELDS(Tree, label, children)

}  // namespace survey

namespace ember {
namespace {

Schema question() {
  return Schema("QuestionInput",
                {{"text", Schema::string()}, {"k", Schema::integer(), {.default_value = 3}}});
}

std::string refusal(const Schema& schema, const Value& value, Extra extra = Extra::keep) {
  try {
    (void)schema.validate(value, extra);
  } catch (const ValidationError& error) {
    return error.what();
  }
  return "valid";
}

TEST(Schema, FillsInDefaultsAndKeepsUndeclaredFields) {
  const Value checked = question().validate({{"text", "tea"}, {"options", {{"format", "plain"}}}});
  EXPECT_EQ(checked, Value({{"text", "tea"}, {"options", {{"format", "plain"}}}, {"k", 3}}));
  const Value whole = {{"text", "tea"}, {"k", 5}};
  EXPECT_TRUE(question().validate(whole).is_same(whole));
}

TEST(Schema, NamesEveryWrongField) {
  EXPECT_EQ(refusal(question(), {{"k", "three"}, {"other", 1}}, Extra::forbid),
            "QuestionInput: field 'k': expected int, found string; field 'other': is not declared; "
            "field 'text': is missing");
  EXPECT_EQ(refusal(question(), "text"), "QuestionInput: expected QuestionInput, found string");
  EXPECT_EQ(refusal(question().forbid_extra(), {{"text", "a"}, {"other", 1}}),
            "QuestionInput: field 'other': is not declared");
}

TEST(Schema, ChecksTypesThroughAllLevels) {
  const Schema schema("Outer", {{"rows", Schema::list(question())},
                                {"votes", Schema::mapping(Schema::integer())},
                                {"note", Schema::optional(Schema::string()), {.is_required = false}}});
  EXPECT_EQ(
      refusal(
          schema,
          {{"rows", list({{{"text", "a"}}, {{"text", 1}}})}, {"votes", {{"a", 1}, {"b", 1.5}}}, {"note", 1}}),
      "Outer: field 'rows[1].text': expected string, found int; field 'votes.b': expected int, found float; "
      "field 'note': expected string, found int");
  const Value checked =
      schema.validate({{"rows", list({{{"text", "a"}}})}, {"votes", Value::mapping({})}, {"note", nullptr}});
  EXPECT_EQ(checked["rows"][0]["k"].integer(), 3);
  EXPECT_FALSE(schema.validate({{"rows", list({})}, {"votes", Value::mapping({})}}).has("note"));
}

TEST(Schema, AnIntegerStandsForAFloatOnly) {
  const Schema schema("S", {{"x", Schema::number()}});
  EXPECT_TRUE(schema.validate({{"x", 3}})["x"].is_number());
  EXPECT_EQ(refusal(Schema("S", {{"x", Schema::integer()}}), {{"x", 3.0}}),
            "S: field 'x': expected int, found float");
  EXPECT_NE(refusal(Schema("S", {{"x", Schema::integer()}}), {{"x", true}}), "valid");
}

TEST(Schema, RefusesDeclarationsThatCanNotWork) {
  EXPECT_THROW(Schema("S", {{"x", Schema::any()}, {"x", Schema::any()}}), InvalidArgumentError);
  EXPECT_THROW(Schema("S", {{"x", Schema::integer(), {.default_value = "three"}}}), InvalidArgumentError);
  EXPECT_THROW((void)Schema::integer().forbid_extra(), InvalidArgumentError);
  EXPECT_THROW((void)Schema::integer().item(), InvalidArgumentError);
}

TEST(Schema, DescribesItselfAsJsonSchema) {
  const Schema schema("Question", {{"text", Schema::string(), {.description = "what is asked"}},
                                   {"k", Schema::integer(), {.default_value = 3}},
                                   {"tags", Schema::list(Schema::string()), {.is_required = false}}});
  EXPECT_EQ(schema.to_json_schema(), parse_json(R"({
    "title": "Question", "type": "object",
    "properties": {"text": {"type": "string", "description": "what is asked"},
                   "k": {"type": "integer", "default": 3},
                   "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["text"]})"));
  EXPECT_EQ(schema.forbid_extra().to_json_schema()["additionalProperties"], Value(false));
}

TEST(Schema, ComesFromStructs) {
  const Schema schema = schema_of<survey::Answer>();
  EXPECT_EQ(schema.name(), "Answer");
  EXPECT_EQ(schema.to_json_schema()["required"], list({"text", "confidence"}));
  EXPECT_EQ(schema_of<survey::Panel>().find("votes")->type.name(), "mapping of int");
  EXPECT_EQ(refusal(schema_of<survey::Panel>(),
                    {{"answers", list({{{"text", "a"}}})}, {"votes", Value::mapping({})}}),
            "Panel: field 'answers[0].confidence': is missing");
  const Value native = wrap(survey::Answer{"yes", 1, {}});
  EXPECT_TRUE(schema.validate(native).is_same(native));
  EXPECT_TRUE(schema.is_instance(native));
  EXPECT_FALSE(schema_of<survey::Panel>().is_instance(native));
  EXPECT_EQ(schema_of<survey::Answer>(), schema);
}

TEST(Schema, OfARecursiveStructEnds) {
  EXPECT_EQ(schema_of<survey::Tree>().find("children")->type.name(), "list of any");
}

}  // namespace
}  // namespace ember
