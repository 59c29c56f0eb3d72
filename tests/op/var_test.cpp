#include <ember/var.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

namespace ember {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Point {
  int x = 0;
  int y = 0;
  int hidden = 0;
};
EMBER_FIELDS(Point, x, y)

/// Data that arrives when it is asked for.
class LateSource final : public VarSource {
 public:
  LateSource(Value value, int& reads) : value_(std::move(value)), reads_(&reads) {}
  [[nodiscard]] Value read(const Path& path) const override {
    ++*reads_;
    return value_at(value_, path);
  }
  [[nodiscard]] Interpreter* interpreter() const noexcept override { return nullptr; }

 private:
  Value value_;
  int* reads_;
};

TEST(Var, HoldsConcreteData) {
  const Var<Point> point(Point{1, 2});
  EXPECT_TRUE(point.is_concrete());
  EXPECT_EQ(point.get().y, 2);
  EXPECT_EQ(point[&Point::x].get(), 1);
  EXPECT_EQ(point["y"].get(), Value(2));
  EXPECT_THROW((void)point[&Point::hidden], InvalidArgumentError);
  EXPECT_THROW((void)point["z"], ItemNotFoundError);
}

TEST(Var, ReadsPartsLateAndOnce) {
  int reads = 0;
  const Var<Value> late(VarData(std::make_shared<LateSource>(Value({{"a", list({1, 2})}}), reads)));
  const Var<Value> part = late["a"][std::size_t{1}];
  EXPECT_FALSE(part.is_concrete());
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(part.get(), Value(2));
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(late["a"].size(), 2U);
  EXPECT_TRUE(late.has("a"));
}

TEST(Var, ObjectsListsAndMergesKnowTheirStructureWithoutData) {
  int reads = 0;
  const Var<Value> late(VarData(std::make_shared<LateSource>(Value({{"b", 2}}), reads)));
  const Var<Value> made = object({{"text", late["b"]}, {"k", 5}});
  EXPECT_EQ(made.size(), 2U);
  EXPECT_TRUE(made.has("k"));
  EXPECT_FALSE(made.has("b"));
  EXPECT_EQ(made["k"].get(), Value(5));
  EXPECT_EQ(list_of({late, made}).size(), 2U);
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(made.get(), Value({{"text", 2}, {"k", 5}}));
  EXPECT_EQ(list_of({late, made})[std::size_t{0}].get(), Value({{"b", 2}}));
  EXPECT_EQ(merge(late, {{"c", 3}}).get(), Value({{"b", 2}, {"c", 3}}));
  EXPECT_EQ(merge(late, {{"c", 3}})["c"].get(), Value(3));
}

TEST(Var, CollectsTypedVars) {
  int reads = 0;
  const Var<int> late(VarData(std::make_shared<LateSource>(Value(7), reads)));
  const auto all = collect<int>({late, Var<int>(8)});
  EXPECT_FALSE(all.is_concrete());
  EXPECT_EQ(all[1].get(), 8);
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(all.get(), (std::vector<int>{7, 8}));
  EXPECT_TRUE(collect<int>({}).is_concrete());
}

TEST(Var, RefusesAFieldThatIsGivenTwice) {
  EXPECT_THAT(
      [] {
        (void)object({{"a", 1}, {"a", 2}});
      },
      ThrowsMessage<InvalidArgumentError>(HasSubstr("'a'")));
  const Var<Value> left(Value({{"a", 1}}));
  EXPECT_THAT([&] { (void)merge(left, {{"a", 2}}); }, ThrowsMessage<InvalidArgumentError>(HasSubstr("a")));
  EXPECT_THROW((void)merge(Var<Value>(list({1})), left), InvalidArgumentError);
}

TEST(Path, PrintsAndReads) {
  const Path path{std::string("answers"), std::size_t{1}, std::string("text")};
  EXPECT_EQ(to_string(path), "answers[1].text");
  EXPECT_EQ(to_string(Path()), "");
  const Value value = {{"answers", list({Value({{"text", "a"}}), Value({{"text", "b"}})})}};
  EXPECT_EQ(value_at(value, path), Value("b"));
  EXPECT_THROW(value_at(value, {std::string("missing")}), ItemNotFoundError);
  EXPECT_THROW(value_at(value, {std::size_t{0}}), IncompatibleTypeError);
}

}  // namespace
}  // namespace ember
