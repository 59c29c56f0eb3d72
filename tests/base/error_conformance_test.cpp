#include <gtest/gtest.h>

#include <ember/error.hpp>

namespace ember {
namespace {

TEST(Conformance, errors_002) {
  EXPECT_EQ(ValidationError("x").code(), 1002);
}

TEST(Conformance, errors_003) {
  InvalidArgumentError error("x");
  error.set_hint("Try this fix");
  EXPECT_NE(error.describe().find("[Recovery: Try this fix]"), std::string::npos);
}

TEST(Conformance, errors_004) {
  OperatorError error("x");
  error.set_cause(std::make_exception_ptr(std::invalid_argument("Original error")));
  EXPECT_EQ(error.context().at("cause_type"), "invalid_argument");
  EXPECT_EQ(error.context().at("cause_message"), "Original error");
  ASSERT_TRUE(error.cause());
  EXPECT_THROW(std::rethrow_exception(error.cause()), std::invalid_argument);
}

TEST(Conformance, errors_007) {
  const auto error = ModelNotFoundError::for_model("gpt-4", "openai");
  EXPECT_NE(std::string(error.what()).find("Model 'gpt-4' not found from provider 'openai'"),
            std::string::npos);
}

TEST(Conformance, errors_009) {
  const auto error = TransformError::for_transform("vmap", "Batch size mismatch", {{"worker_id", "3"}});
  EXPECT_STREQ(error.what(), "[vmap] Batch size mismatch Details: {worker_id: 3}");
  EXPECT_EQ(error.code(), 5010);
}

}  // namespace
}  // namespace ember
