#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/op.hpp>
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

// A specification that belongs to the class, found by its public header.
class Greeter final : public Operator<> {
 public:
  [[nodiscard]] const Specification* specification() const override { return &class_specification(); }
  Value forward(const Value& inputs) const override {
    return {{"text", specification()->render_prompt(inputs)}};
  }

 private:
  static const Specification& class_specification() {
    static const Specification specification(
        {.prompt_template = "Hello, {name}!", .input_model = name_model()});
    return specification;
  }
};

TEST(Conformance, specification_014) {
  const Op first = Greeter();
  const Op second = Greeter();
  EXPECT_EQ(first.target().specification(), second.target().specification());
  EXPECT_EQ(first({{"name", "Test"}})["text"].string(), "Hello, Test!");
  EXPECT_THROW(second({{"name", 5}}), SpecificationValidationError);
}

}  // namespace
}  // namespace ember
