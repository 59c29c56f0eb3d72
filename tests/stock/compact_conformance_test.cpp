// The cases of the area `non_compact`, by id.
#include <ember/non.hpp>

#include <gtest/gtest.h>

#include <ember/error.hpp>

namespace ember::non {
namespace {

template <class T>
const T* as(const Op<>& op) {
  return dynamic_cast<const T*>(&op.target());
}

TEST(Conformance, non_compact_002) {
  const auto op = build_graph("3:E:openai:gpt-4o:0.7");
  const auto* ensemble = as<UniformEnsemble>(op);
  ASSERT_NE(ensemble, nullptr);
  EXPECT_EQ(ensemble->num_units(), 3);
  EXPECT_EQ(ensemble->model().id(), "openai:gpt-4o");
  EXPECT_EQ(ensemble->model().parameters().temperature, 0.7);
}

TEST(Conformance, non_compact_003) {
  const auto op = build_graph("1:E::0.5");
  const auto* ensemble = as<UniformEnsemble>(op);
  ASSERT_NE(ensemble, nullptr);
  EXPECT_EQ(ensemble->model().id(), "");
}

TEST(Conformance, non_compact_004) {
  for (const char* text : {"invalid:spec", "3:E:gpt-4o", "abc:E:gpt-4o:0.7", "3:E:gpt-4o:xyz", ""}) {
    try {
      build_graph(text);
      FAIL() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_STREQ(error.what(), "Invalid operator specification") << text;
    }
  }
}

TEST(Conformance, non_compact_008) {
  const Components components = {{"base", "3:E:gpt-4o:0.7"}, {"nested", "$base"}};
  const auto op = build_graph("$nested", components);
  ASSERT_NE(as<UniformEnsemble>(op), nullptr);
  EXPECT_EQ(as<UniformEnsemble>(op)->num_units(), 3);
  try {
    build_graph("$missing", components);
    FAIL();
  } catch (const ItemNotFoundError& error) {
    EXPECT_STREQ(error.what(), "Referenced component 'missing' not found");
  }
}

TEST(Conformance, non_compact_009) {
  try {
    build_graph("$a", {{"a", "$b"}, {"b", "$a"}});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("$a -> $b -> $a"), std::string::npos) << error.what();
  }
}

TEST(Conformance, non_compact_010) {
  try {
    build_graph(123);
    FAIL();
  } catch (const IncompatibleTypeError& error) {
    EXPECT_STREQ(error.what(), "Unsupported node type");
  }
}

}  // namespace
}  // namespace ember::non
