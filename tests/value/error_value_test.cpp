#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ember/error.hpp>

#include "value/error_value.hpp"
#include "value/packed_value.hpp"

namespace ember {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// What another process would throw.
std::exception_ptr travelled(const std::exception_ptr& error) {
  return error_from_value(unpack(PackedValue(error_to_value(error)).bytes()));
}

template <class E>
E travelled(const E& error) {
  try {
    std::rethrow_exception(travelled(std::make_exception_ptr(error)));
  } catch (const E& arrived) {
    EXPECT_EQ(typeid(arrived), typeid(E));
    return arrived;
  }
}

template <class E>
class EveryError : public testing::Test {};
using PlainErrors =
    testing::Types<InvalidArgumentError, ValidationError, IncompatibleTypeError, ItemNotFoundError, DataError,
                   ConfigError, OperatorError, OperatorExecutionError, SpecificationValidationError,
                   ModelError, ModelNotFoundError, ProviderAPIError, ProviderConfigError, InvalidPromptError,
                   XCSError, TraceError, CompilationError, DataFlowError, TransformError, GraphError>;
TYPED_TEST_SUITE(EveryError, PlainErrors);

TYPED_TEST(EveryError, arrives_as_the_class_it_was_with_all_it_says) {
  TypeParam error("boom \xFF");
  error.set_path("panel.judge").set_hint("try again").add_context("node", "a");
  error.set_cause(std::make_exception_ptr(std::out_of_range("inner")));
  const TypeParam arrived = travelled(error);
  EXPECT_STREQ(arrived.what(), error.what());
  EXPECT_EQ(arrived.code(), error.code());
  EXPECT_EQ(arrived.path(), "panel.judge");
  EXPECT_EQ(arrived.describe(), error.describe());
  EXPECT_EQ(arrived.context(), error.context());
  EXPECT_EQ(type_name_of(arrived.cause()), "out_of_range");
  EXPECT_EQ(message_of(arrived.cause()), "inner");
}

template <class E>
class EveryStandardError : public testing::Test {};
using StandardErrors = testing::Types<std::runtime_error, std::logic_error, std::invalid_argument,
                                      std::domain_error, std::length_error, std::out_of_range,
                                      std::range_error, std::overflow_error, std::underflow_error>;
TYPED_TEST_SUITE(EveryStandardError, StandardErrors);

TYPED_TEST(EveryStandardError, arrives_as_the_class_it_was) {
  EXPECT_STREQ(travelled(TypeParam("boom")).what(), "boom");
}

TEST(ErrorValue, keeps_what_a_class_adds) {
  const auto provider = travelled(ProviderAPIError("busy", 429, true));
  EXPECT_EQ(provider.status(), 429);
  EXPECT_TRUE(provider.is_transient());
  const auto json = travelled(JsonError("bad", 3, 7));
  EXPECT_EQ(json.line(), 3U);
  EXPECT_EQ(json.column(), 7U);
  (void)travelled(std::bad_alloc());
}

TEST(ErrorValue, keeps_codes_that_a_class_was_given) {
  EXPECT_EQ(travelled(TraceError("plain", Errc::plain_call_in_trace)).code(), Errc::plain_call_in_trace);
}

TEST(ErrorValue, keeps_the_chain_of_causes) {
  DataError inner("disk");
  inner.set_cause(std::make_exception_ptr(std::range_error("root")));
  OperatorExecutionError outer("outer");
  outer.set_cause(std::make_exception_ptr(inner));
  const std::exception_ptr arrived = travelled(std::make_exception_ptr(outer));
  EXPECT_EQ(type_name_of(root_cause(arrived)), "range_error");
  EXPECT_EQ(message_of(root_cause(arrived)), "root");
}

class HouseRule : public ModelError {
 public:
  HouseRule() : ModelError("not in this house") {}
};

TEST(ErrorValue, a_class_that_is_not_known_arrives_as_the_nearest_that_is) {
  const auto arrived = travelled(std::make_exception_ptr(HouseRule()));
  EXPECT_EQ(type_name_of(arrived), "ModelError");
  EXPECT_EQ(message_of(arrived), "not in this house");
  const std::system_error missing(std::make_error_code(std::errc::no_such_file_or_directory), "open");
  EXPECT_EQ(type_name_of(travelled(std::make_exception_ptr(missing))), "runtime_error");
  EXPECT_EQ(message_of(travelled(std::make_exception_ptr(missing))), missing.what());
  EXPECT_EQ(message_of(travelled(std::make_exception_ptr(7))), "unknown exception");
}

TEST(ErrorValue, a_chain_without_end_is_cut) {
  std::exception_ptr chain = std::make_exception_ptr(DataError("root"));
  for (int i = 0; i < 300; ++i) {
    DataError link("link");
    link.set_cause(chain);
    chain = std::make_exception_ptr(link);
  }
  EXPECT_EQ(message_of(root_cause(travelled(chain))), "link");
}

TEST(ErrorValue, what_is_no_error_is_refused) {
  const std::vector<Value> values = {Value(), 7, Value{{"type", "NoSuchError"}, {"message", "m"}},
                                     Value{{"type", "DataError"}},
                                     Value{{"type", "JsonError"}, {"message", "m"}}};
  for (const Value& value : values) {
    EXPECT_THAT([&] { (void)error_from_value(value); },
                ThrowsMessage<DataError>(HasSubstr("this value is no error")));
  }
}

}  // namespace
}  // namespace ember
