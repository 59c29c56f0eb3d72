#include <ember/dependency_analyzer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

TEST(DependencyAnalyzer, AnswersForAGraph) {
  const auto echo = op("Echo", [](const Value& in) -> Value { return in; });
  const DependencyAnalyzer analyzer(
      testing::build_graph(testing::diamond(), [&](std::size_t) { return echo; }));
  EXPECT_THAT(analyzer.direct_dependencies("n3"), ElementsAre("n1", "n2"));
  EXPECT_THAT(analyzer.transitive_closure().at("n3"), ElementsAre("n0", "n1", "n2"));
  EXPECT_THAT(analyzer.topological_sort(), ElementsAre("n0", "n1", "n2", "n3"));
  EXPECT_THAT(analyzer.get_waves(),
              ElementsAre(ElementsAre("n0"), ElementsAre("n1", "n2"), ElementsAre("n3")));
}

TEST(DependencyAnalyzer, AnswersForAMapping) {
  const DependencyAnalyzer analyzer(DependencyMap{{"A", {}}, {"B", {"A"}}, {"C", {"B"}}, {"D", {"A", "C"}}});
  EXPECT_THAT(analyzer.direct_dependencies("D"), ElementsAre("A", "C"));
  EXPECT_THAT(analyzer.direct_dependencies("A"), IsEmpty());
  EXPECT_THAT(analyzer.topological_sort(), ElementsAre("A", "B", "C", "D"));
  EXPECT_THROW((void)analyzer.direct_dependencies("X"), ItemNotFoundError);
}

TEST(DependencyAnalyzer, RefusesCyclesAndUnknownDependencies) {
  const DependencyAnalyzer cyclic(DependencyMap{{"a", {"b"}}, {"b", {"a"}}});
  const auto message = ThrowsMessage<GraphError>("Graph contains a cycle: a -> b -> a");
  EXPECT_THAT([&] { (void)cyclic.topological_sort(); }, message);
  EXPECT_THAT([&] { (void)cyclic.get_waves(); }, message);
  EXPECT_THAT([&] { (void)cyclic.transitive_closure(); }, message);
  EXPECT_THAT(
      [] {
        DependencyAnalyzer(DependencyMap{{"a", {"x"}}});
      },
      ThrowsMessage<GraphError>(HasSubstr("'x'")));
}

}  // namespace
}  // namespace ember::xcs
