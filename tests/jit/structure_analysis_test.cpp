// What `analyze_structure` finds in compositions.
#include <ember/structure_analysis.hpp>

#include <gmock/gmock.h>

#include <ember/error.hpp>
#include <ember/jit.hpp>

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;

Op<> leaf(const std::string& name) {
  return op(name, [](const Value& in) { return in; });
}

/// A composition of the given parts, each called on the answer of the one before.
class Chain final : public Composite<> {
 public:
  explicit Chain(const std::vector<std::pair<std::string, Op<>>>& parts) {
    for (const auto& [name, part] : parts) parts_.push_back(child(name, part));
  }
  Var<> forward(Var<> in) const override {
    for (const Op<>& part : parts_) in = part(in);
    return in;
  }

 private:
  std::vector<Op<>> parts_;
};

std::vector<std::string> paths_of(const Op<>& op) {
  std::vector<std::string> paths;
  for (const StructureNode& node : analyze_structure(op)) paths.push_back(node.path);
  return paths;
}

TEST(StructureAnalysis, ALeafIsTheRoot) {
  const auto nodes = analyze_structure(leaf("ask"));
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].path, "root");
  EXPECT_EQ(nodes[0].name, "ask");
  EXPECT_FALSE(nodes[0].is_composite);
  EXPECT_THAT(nodes[0].parts, ElementsAre());
}

TEST(StructureAnalysis, PartsFollowTheirOwner) {
  const Op<> inner = Chain({{"left", leaf("l")}, {"right", leaf("r")}});
  const auto nodes = analyze_structure(Op<>(Chain({{"panel", inner}, {"judge", leaf("j")}})));
  ASSERT_EQ(nodes.size(), 5U);
  EXPECT_THAT(nodes[0].parts, ElementsAre("root.panel", "root.judge"));
  EXPECT_THAT(nodes[1].parts, ElementsAre("root.panel.left", "root.panel.right"));
  EXPECT_TRUE(nodes[1].is_composite);
  EXPECT_EQ(nodes[4].path, "root.judge");
  EXPECT_EQ(nodes[4].name, "j");
}

TEST(StructureAnalysis, ADiamondHasFiveOperators) {
  const Op<> diamond =
      Chain({{"start", leaf("s")}, {"left", leaf("l")}, {"right", leaf("r")}, {"end", leaf("e")}});
  EXPECT_THAT(paths_of(diamond), ElementsAre("root", "root.start", "root.left", "root.right", "root.end"));
}

TEST(StructureAnalysis, OneObjectInTwoPlacesIsOneOperator) {
  const Op<> shared = leaf("ask");
  const auto nodes = analyze_structure(Op<>(Chain({{"first", shared}, {"second", shared}})));
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_THAT(nodes[0].parts, ElementsAre("root.first", "root.first"));
}

TEST(StructureAnalysis, LooksThroughJit) {
  const Op<> inner = Chain({{"only", leaf("l")}});
  const Op<> outer = Chain({{"inner", xcs::jit(inner)}});
  EXPECT_THAT(paths_of(xcs::jit(xcs::jit(outer))), ElementsAre("root", "root.inner", "root.inner.only"));
}

TEST(StructureAnalysis, AnEmptyHandleIsRefused) {
  EXPECT_THROW((void)analyze_structure(Op<>()), InvalidArgumentError);
}

}  // namespace
}  // namespace ember::xcs
