// Axes of lists that hold arrays, of lists of lists, and of arrays.
#include <gtest/gtest.h>

#include <ember/array.hpp>
#include <ember/batching.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::message_of_error;
using xcs::vmap;

Value row(const std::vector<double>& numbers) {
  return array<double>({numbers.size()}, numbers);
}

std::string refusal(int axis, const Value& input) {
  const Op<> same = op("same", [](const Value& item) -> Value { return item; });
  return message_of_error<TransformError>([&] { (void)vmap(same, {.in_axes = axis})(input); });
}

TEST(NestedAxis, ArraysInAListAgreeOnTheirLength) {
  const Op<> sum = op("sum", [](const Value& x) -> Value { return x[0].number() + x[1].number(); });
  EXPECT_EQ(vmap(sum, {.in_axes = 1})(list({row({1, 2, 3}), row({10, 20, 30})})), list({11.0, 22.0, 33.0}));
  EXPECT_EQ(vmap(sum, {.in_axes = -1})(list({row({1, 2}), list({10.0, 20.0})})), list({11.0, 22.0}));
  for (const int axis : {1, -1}) {
    for (const Value& other : {row({10, 20, 30}), list({1, 2, 3})}) {
      EXPECT_NE(refusal(axis, list({row({1, 2}), other})).find("lists of 2 and of 3 items"),
                std::string::npos);
    }
    EXPECT_NE(refusal(axis, list({row({1, 2, 3}), row({1})})).find("ragged"), std::string::npos);
  }
  EXPECT_THROW((void)xcs::get_batch_size(list({row({1, 2}), row({1, 2, 3})}), 1), TransformError);
}

TEST(NestedAxis, ArraysInAListHaveTheAxis) {
  const Value square = array<double>({2, 2}, {1, 2, 3, 4});
  for (const int axis : {2, -1}) {
    EXPECT_NE(refusal(axis, list({square, row({1, 2})})).find("out of range"), std::string::npos);
  }
  EXPECT_NE(refusal(2, list({list({row({1, 2})}), list({list({1, 2}), row({1})})})).find("ragged"),
            std::string::npos);
  EXPECT_NE(refusal(1, list({row({1, 2}), array<double>({}, {1})})).find("out of range"), std::string::npos);
}

}  // namespace
}  // namespace ember
