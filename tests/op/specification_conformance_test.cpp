#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/specification.hpp>

namespace ember {
namespace {

Schema name_model() {
  return Schema("NameInput", {{"name", Schema::string()}});
}

TEST(Conformance, specification_001) {
  const Specification specification({.prompt_template = "Hello, {name}!", .input_model = name_model()});
  EXPECT_EQ(specification.render_prompt({{"name", "Test"}}), "Hello, Test!");
}

TEST(Conformance, specification_005) {
  const Specification specification({.check_all_placeholders = false});
  EXPECT_THROW((void)specification.render_prompt(Value::mapping({})), InvalidPromptError);
}

TEST(Conformance, specification_010) {
  EXPECT_THROW((void)Specification({.input_model = name_model()}).validate_inputs("a plain string"),
               InvalidArgumentError);
}

TEST(Conformance, specification_012) {
  const Value schema = Specification({.input_model = name_model()}).model_json_schema();
  EXPECT_EQ(schema["properties"]["name"]["type"].string(), "string");
  EXPECT_EQ(Specification({.prompt_template = "x", .check_all_placeholders = false}).model_json_schema(),
            Value::mapping({}));
}

TEST(Conformance, specification_013) {
  const Specification specification({.prompt_template = "{{literal}} {x}", .check_all_placeholders = false});
  EXPECT_EQ(specification.render_prompt({{"x", "1"}}), "{literal} 1");
}

}  // namespace
}  // namespace ember
