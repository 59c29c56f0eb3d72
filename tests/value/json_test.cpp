#include <ember/json.hpp>

#include <gtest/gtest.h>

#include <ember/error.hpp>

namespace ember {
namespace {

TEST(Json, ReadsWhatItWrites) {
  const Value value = {
      {"query", "Exa\"mple\n\x01"}, {"k", 3}, {"x", -0.5}, {"ids", list({1, 2.0, nullptr, true})}};
  EXPECT_EQ(to_json(value), R"({"query":"Exa\"mple\n\u0001","k":3,"x":-0.5,"ids":[1,2.0,null,true]})");
  EXPECT_EQ(parse_json(to_json(value)), value);
}

}  // namespace
}  // namespace ember
