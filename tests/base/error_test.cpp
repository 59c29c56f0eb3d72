#include <ember/error.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace ember {
namespace {

template <class Thrown>
std::exception_ptr caught(Thrown error) {
  return std::make_exception_ptr(std::move(error));
}

TEST(Error, DescribesItselfWithHintAndContext) {
  InvalidArgumentError error("no such scheduler");
  EXPECT_EQ(error.describe(), "[Error 1001] no such scheduler");
  error.set_hint("use 'auto'").add_context("scheduler", "fast").add_context("node", "judge");
  EXPECT_EQ(
      error.describe(),
      "[Error 1001] no such scheduler [Recovery: use 'auto'] [Context: node='judge', scheduler='fast']");
  EXPECT_STREQ(error.what(), "no such scheduler");
}

TEST(Error, PathGrowsOutwards) {
  OperatorExecutionError error("failed");
  EXPECT_TRUE(error.path().empty());
  error.prepend_path("judge").prepend_path("panel");
  EXPECT_EQ(error.path(), "panel.judge");
}

TEST(Error, RootCauseFollowsTheWholeChain) {
  OperatorExecutionError inner("inner");
  inner.set_cause(caught(std::runtime_error("disk full")));
  XCSError outer("outer");
  outer.set_cause(caught(inner));
  const std::exception_ptr root = root_cause(caught(outer));
  EXPECT_EQ(message_of(root), "disk full");
  EXPECT_EQ(type_name_of(root), "runtime_error");
  EXPECT_EQ(message_of(caught(42)), "unknown exception");
}

TEST(Error, JsonErrorsKnowTheirPlace) {
  const JsonError error("unexpected ']'", 3, 14);
  EXPECT_EQ(error.line(), 3U);
  EXPECT_EQ(error.column(), 14U);
  EXPECT_EQ(error.code(), Errc::json);
  EXPECT_NE(std::string(error.what()).find("unexpected ']'"), std::string::npos);
}

TEST(Error, IsCaughtByEveryBase) {
  EXPECT_THROW(throw GraphError("cycle"), InvalidArgumentError);
  EXPECT_THROW(throw GraphError("cycle"), std::invalid_argument);
  EXPECT_THROW(throw GraphError("cycle"), Error);
  EXPECT_THROW(throw ItemNotFoundError("no 'x'"), std::out_of_range);
  EXPECT_THROW(throw TransformError("[vmap] no"), XCSError);
  EXPECT_THROW(throw ModelNotFoundError("no"), ModelError);
}

TEST(Error, FactoriesNameWhatFailed) {
  EXPECT_STREQ(OperatorExecutionError::for_operator("judge", "timeout").what(),
               "Operator 'judge' failed: timeout");
  const ProviderAPIError error("overloaded", 529, true);
  EXPECT_EQ(error.status(), 529);
  EXPECT_TRUE(error.is_transient());
}

TEST(Error, OfAGraphNamesIt) {
  const DataFlowError error = DataFlowError::for_graph("pipeline", "nothing brings 'text'");
  EXPECT_STREQ(error.what(), "Graph 'pipeline': nothing brings 'text'");
  EXPECT_EQ(error.context().at("graph"), "pipeline");
}

}  // namespace
}  // namespace ember
