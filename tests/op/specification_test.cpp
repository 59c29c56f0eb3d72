#include <ember/specification.hpp>

#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/op.hpp>
#include <ember/record.hpp>

namespace greeting {

struct Person {
  std::string name;
  std::optional<int> age;
};
EMBER_FIELDS(Person, name, age)

struct Place {
  std::string name;
};
EMBER_FIELDS(Place, name)

}  // namespace greeting

namespace ember {
namespace {

Schema name_model() {
  return Schema("NameInput", {{"name", Schema::string()}});
}

template <class Expected, class Call>
std::string message_of_throw(Call call) {
  try {
    call();
  } catch (const Expected& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Specification, WithoutPartsEverythingPasses) {
  const Specification empty;
  EXPECT_EQ(empty.validate_inputs("anything"), Value("anything"));
  EXPECT_EQ(empty.validate_output(list({1})), list({1}));
  EXPECT_EQ(empty.model_json_schema(), Value::mapping({}));
  EXPECT_TRUE(empty.check_all_placeholders());
}

TEST(Specification, TemplateMustUseEveryRequiredField) {
  const Schema model("Input", {{"name", Schema::string()},
                               {"city", Schema::string()},
                               {"mood", Schema::string(), {.default_value = "fine"}}});
  const auto make = [&](bool check) {
    return Specification(
        {.prompt_template = "Hello!", .input_model = model, .check_all_placeholders = check});
  };
  EXPECT_EQ(message_of_throw<InvalidPromptError>([&] { make(true); }),
            "the prompt template has no placeholder for the required fields 'name', 'city' of Input");
  EXPECT_NO_THROW(make(false));
}

TEST(Specification, RendersFieldsAsText) {
  const Specification specification(
      {.prompt_template = "{text} {n} {x} {flag} {ids} {name_2}{name_2}", .check_all_placeholders = false});
  EXPECT_EQ(specification.render_prompt({{"text", "a {b}"},
                                         {"n", 3},
                                         {"x", 0.5},
                                         {"flag", true},
                                         {"ids", list({1, "b"})},
                                         {"name_2", "z"}}),
            "a {b} 3 0.5 true [1,\"b\"] zz");
}

TEST(Specification, DefaultsStandInForAbsentFields) {
  const Schema model("Input",
                     {{"name", Schema::string()}, {"mood", Schema::string(), {.default_value = "fine"}}});
  const Specification specification({.prompt_template = "{name} is {mood}", .input_model = model});
  EXPECT_EQ(specification.render_prompt({{"name", "Ada"}}), "Ada is fine");
  EXPECT_EQ(message_of_throw<InvalidPromptError>([&] {
              (void)specification.render_prompt({{"mood", "x"}});
            }),
            "the inputs have nothing for the placeholder '{name}'");
}

TEST(Specification, WithoutTemplateRequiredFieldsAreJoined) {
  const Specification specification(
      {.input_model = Schema("Input", {{"a", Schema::string()},
                                       {"b", Schema::integer()},
                                       {"c", Schema::string(), {.is_required = false}}})});
  EXPECT_EQ(specification.render_prompt({{"b", 2}, {"a", "one"}, {"c", "three"}}), "one\n2");
  EXPECT_THROW((void)specification.render_prompt({{"a", "one"}}), InvalidPromptError);
}

TEST(Specification, CheckWithoutModelCanNotRender) {
  const Specification specification({.prompt_template = "Hello, {name}!"});
  EXPECT_THROW((void)specification.render_prompt({{"name", "Ada"}}), InvalidPromptError);
}

class BadTemplate : public testing::TestWithParam<const char*> {};

TEST_P(BadTemplate, IsRefused) {
  const Specification unchecked({.prompt_template = GetParam(), .check_all_placeholders = false});
  EXPECT_THROW((void)unchecked.render_prompt({{"a", {{"b", 1}}}, {"0", 1}, {"", 1}}), InvalidPromptError);
  EXPECT_THROW(Specification({.prompt_template = GetParam()}), InvalidPromptError);
}

INSTANTIATE_TEST_SUITE_P(Texts, BadTemplate,
                         testing::Values("{a.b}", "{a[b]}", "{a!r}", "{a:>10}", "{}", "{0}", "{ a }", "{a",
                                         "a}", "{{a}", "{a{b}}"));

TEST(Specification, ModelsAreRecords) {
  EXPECT_THROW(Specification({.input_model = Schema::string()}), InvalidArgumentError);
  EXPECT_THROW(Specification({.structured_output = Schema::list()}), InvalidArgumentError);
}

TEST(Specification, InputsKeepUndeclaredFieldsUnlessForbidden) {
  const Value inputs = {{"name", "Ada"}, {"options", {{"format", "plain"}}}};
  EXPECT_EQ(Specification({.input_model = name_model()}).validate_inputs(inputs), inputs);
  EXPECT_THROW((void)Specification({.input_model = name_model().forbid_extra()}).validate_inputs(inputs),
               SpecificationValidationError);
  EXPECT_THROW((void)Specification({.structured_output = name_model()}).validate_output(inputs),
               SpecificationValidationError);
}

TEST(Specification, FailedValidationKeepsItsCause) {
  try {
    (void)Specification({.input_model = name_model()}).validate_inputs({{"name", 3}});
    FAIL() << "a wrong type was accepted";
  } catch (const SpecificationValidationError& error) {
    EXPECT_NE(std::string(error.what()).find("'name'"), std::string::npos) << error.what();
    ASSERT_TRUE(error.cause());
    EXPECT_THROW(std::rethrow_exception(error.cause()), ValidationError);
  }
}

TEST(Specification, InstancesOfTheModelPassAsTheyAre) {
  const Value record = Record(name_model(), {{"name", "Ada"}}).value();
  EXPECT_TRUE(Specification({.input_model = name_model()}).validate_inputs(record).is_same(record));
  const Specification typed(
      {.input_model = schema_of<greeting::Person>(), .structured_output = schema_of<greeting::Place>()});
  const Value person = wrap(greeting::Person{"Ada", {}});
  EXPECT_TRUE(typed.validate_inputs(person).is_same(person));
  EXPECT_EQ(typed.validate_inputs({{"name", "Ada"}})["name"].string(), "Ada");
  EXPECT_EQ(typed.render_prompt(person), "Ada");
}

TEST(Specification, InstancesOfAnotherModelDoNotMatch) {
  const Specification typed(
      {.input_model = schema_of<greeting::Person>(), .structured_output = schema_of<greeting::Place>()});
  const std::string message = message_of_throw<SpecificationValidationError>(
      [&] { (void)typed.validate_inputs(wrap(greeting::Place{"Paris"})); });
  EXPECT_EQ(message, "input model mismatch: expected Person, got Place");
  EXPECT_THROW((void)typed.validate_output(wrap(greeting::Person{"Ada", {}})), SpecificationValidationError);
  EXPECT_THROW((void)typed.validate_inputs(Record(name_model(), {{"name", "Ada"}}).value()),
               SpecificationValidationError);
}

TEST(Specification, WhatIsNoRecordIsAnInvalidArgument) {
  const Specification specification({.input_model = name_model(), .structured_output = name_model()});
  EXPECT_THROW((void)specification.validate_inputs(list({1})), InvalidArgumentError);
  EXPECT_THROW((void)specification.validate_inputs(nullptr), InvalidArgumentError);
  EXPECT_THROW((void)specification.validate_output("text"), InvalidArgumentError);
}

class Greet final : public Operator<> {
 public:
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Value forward(const Value& in) const override { return in.get("answer"); }

 private:
  Specification specification_{{.input_model = name_model(), .structured_output = name_model()}};
};

TEST(Specification, WhatIsNoMappingDoesNotSatisfyTheOperatorThatHasOne) {
  const Op<> greet = Greet();
  const auto failure_of = [&](const Value& inputs) -> std::string {
    try {
      greet(inputs);
    } catch (const SpecificationValidationError& error) {
      EXPECT_EQ(error.code(), Errc::specification_validation);
      EXPECT_EQ(error.path(), "Greet");
      EXPECT_EQ(type_name_of(error.cause()), "InvalidArgumentError");
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(failure_of("text"), "input must be a mapping or a NameInput, found string");
  EXPECT_EQ(failure_of({{"name", "Ann"}, {"answer", 5}}),
            "output must be a mapping or a NameInput, found int");
}

}  // namespace
}  // namespace ember
