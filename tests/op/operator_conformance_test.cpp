#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/op.hpp>
#include <ember/schema.hpp>

namespace ember {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const Op<> keys = op("Echo", [](const Value& in) -> Value { return {{"keys", list(in.keys())}}; });
const Op<> echo = op("Echo", [](const Value& in) -> Value { return in; });

/// Counts its calls and answers with what it was given.
class Checked final : public Operator<> {
 public:
  Checked(Specification specification, Value answer, int& calls)
      : specification_(std::move(specification)), answer_(std::move(answer)), calls_(&calls) {}
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Value forward(const Value& inputs) const override {
    ++*calls_;
    return answer_.is_null() ? Value({{"keys", list(inputs.keys())}}) : answer_;
  }

 private:
  Specification specification_;
  Value answer_;
  int* calls_;
};

const Schema text_input("Input", {{"text", Schema::string()}});

TEST(Conformance, operator_002) {
  EXPECT_EQ(keys(merge(Value({{"a", 1}}), Value({{"auxiliary", {{"b", 2}}}}))),
            Value({{"keys", list({"a", "auxiliary"})}}));
  EXPECT_THAT(
      [] {
        (void)merge(Value({{"a", 1}}), Value({{"a", 2}}));
      },
      ThrowsMessage<InvalidArgumentError>(HasSubstr("a")));
}

TEST(Conformance, operator_004) {
  EXPECT_EQ(echo({{"a", 1}, {"b", "x"}}), Value({{"a", 1}, {"b", "x"}}));
}

TEST(Conformance, operator_005) {
  const auto count = op("Count", [](const Value& in) -> Value { return in.size(); });
  EXPECT_EQ(count(list({"t1", "t2", "t3"})), Value(3));
}

TEST(Conformance, operator_006) {
  const auto done = op("Done", [](const Value&) -> Value { return "done"; });
  EXPECT_EQ(done({{"q", 1}}), Value("done"));
}

TEST(Conformance, operator_007) {
  const auto failing = op("Failing", [](const Value&) -> Value { throw std::runtime_error("boom"); });
  try {
    failing({{"q", 1}});
    FAIL() << "nothing was thrown";
  } catch (const OperatorExecutionError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Failing"), HasSubstr("boom")));
    EXPECT_THAT([&] { std::rethrow_exception(error.cause()); }, ThrowsMessage<std::runtime_error>("boom"));
  }
}

TEST(Conformance, operator_008) {
  const auto inner = op("Inner", [](const Value&) -> Value { throw std::invalid_argument("bad"); });
  const auto outer = op("Outer", [inner](const Value& in) -> Value { return inner(in); });
  try {
    outer(Value::mapping({}));
    FAIL() << "nothing was thrown";
  } catch (const OperatorExecutionError& error) {
    EXPECT_EQ(error.path(), "Outer.Inner");
    EXPECT_THAT([&] { std::rethrow_exception(error.cause()); }, ThrowsMessage<std::invalid_argument>("bad"));
  }
}

TEST(Conformance, operator_009) {
  class Processor final : public Operator<> {
   public:
    explicit Processor(std::string model_name, int max_length = 100)
        : model_name_(std::move(model_name)), max_length_(max_length) {}
    Value forward(const Value&) const override {
      return {{"model", model_name_}, {"max_length", max_length_}};
    }

   private:
    std::string model_name_;
    int max_length_;
  };
  EXPECT_EQ(Op(Processor("text-processor"))(Value()),
            Value({{"model", "text-processor"}, {"max_length", 100}}));
}

TEST(Conformance, operator_011) {
  const auto add = [](int k) {
    return op("Add", [k](const Value& in) -> Value { return {{"v", in["x"].integer() + k}}; });
  };
  const Op<> one = add(1);
  const Op<> hundred = add(100);
  const Value input = {{"x", 0}};
  EXPECT_EQ(one(input), Value({{"v", 1}}));
  EXPECT_EQ(hundred(input), Value({{"v", 100}}));
  EXPECT_EQ(one(input), Value({{"v", 1}}));
}

TEST(Conformance, operator_013) {
  // An operator can not hold a handle to itself: handles take over finished operators. What can be built that
  // is nearest to it, one part used many times, is one node with several paths.
  class Shared final : public Composite<> {
   public:
    explicit Shared(const Op<>& part) {
      child("first", part);
      child("second", part);
    }
    Var<> forward(Var<> in) const override { return in; }
  };
  const Op<> shared = Shared(echo);
  std::set<const OperatorBase*> parts;
  for (const Child& part : shared.target().children()) parts.insert(part.target.get());
  EXPECT_EQ(shared.target().children().size(), 2U);
  EXPECT_EQ(parts.size(), 1U);
}

TEST(Conformance, operator_014) {
  int calls = 0;
  const Op<> checked = Checked(Specification({.input_model = text_input}), Value(), calls);
  EXPECT_EQ(checked({{"text", "a"}, {"options", {{"format", "plain"}}}}),
            Value({{"keys", list({"text", "options"})}}));
}

TEST(Conformance, operator_015) {
  int calls = 0;
  const Op<> checked = Checked(Specification({.input_model = text_input.forbid_extra()}), Value(), calls);
  EXPECT_THAT(
      [&] {
        checked({{"text", "a"}, {"other", 1}});
      },
      ThrowsMessage<SpecificationValidationError>(HasSubstr("other")));
  EXPECT_EQ(calls, 0);
}

TEST(Conformance, operator_016) {
  int calls = 0;
  const Op<> checked = Checked(Specification({.input_model = text_input}), Value(), calls);
  const auto message = ThrowsMessage<SpecificationValidationError>(HasSubstr("text"));
  EXPECT_THAT([&] { checked(Value::mapping({})); }, message);
  EXPECT_THAT([&] { checked({{"text", 5}}); }, message);
  EXPECT_EQ(calls, 0);
}

TEST(Conformance, operator_017) {
  int calls = 0;
  const Schema output("Output", {{"result", Schema::integer()}});
  const Op<> checked = Checked(Specification({.structured_output = output}), {{"result", "abc"}}, calls);
  EXPECT_THAT([&] { checked(Value::mapping({})); },
              ThrowsMessage<SpecificationValidationError>(HasSubstr("result")));
  EXPECT_EQ(calls, 1);
}

TEST(Conformance, operator_018) {
  int calls = 0;
  const Schema output("Output", {{"result", Schema::string()}});
  const Op<> checked = Checked(Specification({.structured_output = output}), {{"result", "ok"}}, calls);
  const Value out = checked(Value::mapping({}));
  EXPECT_EQ(out["result"], Value("ok"));
  EXPECT_THAT([&] { (void)out["nope"]; }, ThrowsMessage<ItemNotFoundError>(HasSubstr("nope")));
}

}  // namespace
}  // namespace ember
