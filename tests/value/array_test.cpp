#include <ember/array.hpp>

#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember {
namespace {

TEST(Array, RowsAndSlicesShareTheBuffer) {
  const Value value = array<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Array& whole = value.array();
  EXPECT_EQ(value.size(), 2U);
  const Value row = value[1];
  EXPECT_EQ(row.array().shape(), (std::vector<std::size_t>{3}));
  EXPECT_EQ(row.array().data<double>().data(), whole.data<double>().data() + 3);
  EXPECT_EQ(row[2].number(), 6.0);
  const Array slice = whole.slice(1, 2);
  EXPECT_EQ(slice.shape(), (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(slice.raw(), row.array().raw());
  EXPECT_EQ(whole.slice(2, 2).size(), 0U);
}

TEST(Array, KeepsItsElementType) {
  const Value bytes = array<std::uint8_t>({3}, {1, 2, 255});
  EXPECT_EQ(bytes[2].integer(), 255);
  EXPECT_EQ(array<float>({1}, {0.5F})[0].number(), 0.5);
  EXPECT_EQ(array<std::int32_t>({1}, {-5})[0].integer(), -5);
  EXPECT_THROW((void)bytes.array().data<double>(), IncompatibleTypeError);
}

TEST(Array, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(array<double>({2, 3}, {1, 2}), InvalidArgumentError);
  EXPECT_THROW(array<double>({SIZE_MAX, 2}, {1, 2}), InvalidArgumentError);
  EXPECT_THROW(array<double>({}, {}), InvalidArgumentError);
  EXPECT_EQ(array<double>({0, 3}, {}).size(), 0U);
}

TEST(Array, NamesPositionsThatDoNotExist) {
  const Value value = array<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THROW((void)value[2], ItemNotFoundError);
  EXPECT_THROW((void)value[0][3], ItemNotFoundError);
  EXPECT_THROW((void)value.array().slice(1, 3), ItemNotFoundError);
  EXPECT_THROW((void)value.array().slice(2, 1), ItemNotFoundError);
  EXPECT_THROW((void)array<double>({}, {1}).array().row(0), ItemNotFoundError);
}

TEST(Array, EqualityCountsTypeShapeAndElements) {
  const Value value = array<std::int64_t>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(value, array<std::int64_t>({2, 2}, {1, 2, 3, 4}));
  EXPECT_NE(value, array<std::int64_t>({4}, {1, 2, 3, 4}));
  EXPECT_NE(value, array<std::int32_t>({2, 2}, {1, 2, 3, 4}));
  EXPECT_NE(value, array<std::int64_t>({2, 2}, {1, 2, 3, 5}));
  EXPECT_NE(array<std::int64_t>({1}, {1}), list({1}));
}

TEST(Array, IsWrittenAsNestedLists) {
  EXPECT_EQ(to_json(array<std::int64_t>({2, 2}, {1, 2, 3, 4})), "[[1,2],[3,4]]");
  EXPECT_EQ(to_json(array<double>({}, {1.5})), "1.5");
}

}  // namespace
}  // namespace ember
