// Composites that are not always the same: what they say in their signatures decides which plan holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/jit.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::Wrapping;
using ::testing::HasSubstr;

constexpr const char* all_modes[] = {"auto", "structural", "trace", "enhanced"};

using Text = std::shared_ptr<std::string>;

/// Calls the part that it says in its signature.
class Switch final : public Composite<> {
 public:
  explicit Switch(Text which) : which_(std::move(which)) {}
  [[nodiscard]] std::string structure_signature() const override { return *which_; }
  Var<> forward(Var<> in) const override { return *which_ == "b" ? b_(in) : a_(in); }

 private:
  Text which_;
  Op<> a_ = child("a", appending("a"));
  Op<> b_ = child("b", appending("b"));
};

/// Goes by a state that is no part of the input.
class Stateful final : public Composite<> {
 public:
  explicit Stateful(Text state) : state_(std::move(state)) {}
  [[nodiscard]] std::string state_signature() const override { return *state_; }
  Var<> forward(Var<> in) const override { return part_(in); }

 private:
  Text state_;
  Op<> part_ = child("part", appending("x"));
};

class StatefulLeaf final : public Operator<> {
 public:
  explicit StatefulLeaf(Text state) : state_(std::move(state)) {}
  [[nodiscard]] std::string state_signature() const override { return *state_; }
  Value forward(const Value&) const override { return *state_; }

 private:
  Text state_;
};

std::string text_of(const Op<>& op) {
  return op({{"text", ""}})["text"].string();
}

/// Goes through a change of what is inside `make`'s operator, and back.
void expect_follows(const std::function<Op<>(const Op<>&)>& make, bool is_registered) {
  for (const char* mode : all_modes) {
    const auto which = std::make_shared<std::string>("a");
    const auto fast = xcs::jit(make(Switch(which)), {.mode = mode});
    for (const char* now : {"a", "a", "b", "b", "a", "b"}) {
      *which = now;
      EXPECT_EQ(text_of(fast), now) << mode;
    }
    const xcs::JitStats stats = xcs::get_jit_stats(fast);
    if (is_registered) {
      EXPECT_EQ(stats.cache_misses, 2U) << mode;
    }
    if (is_registered || std::string(mode) == "auto") {
      EXPECT_EQ(stats.compilation_count, 2U) << mode;
    }
  }
}

TEST(Signatures, OfANestedCompositeChooseThePlan) {
  expect_follows([](const Op<>& inner) { return Op<>(Wrapping(inner)); }, true);
}

TEST(Signatures, OfACompositeThatIsNoRegisteredPartChooseThePlan) {
  expect_follows([](const Op<>& inner) { return op("outer", [inner](Var<> in) { return inner(in); }); },
                 false);
}

TEST(Signatures, OfACompositeDeepInsideChooseThePlan) {
  expect_follows([](const Op<>& inner) { return Op<>(Wrapping(Op<>(Wrapping(Op<>(Wrapping(inner)))))); },
                 true);
}

TEST(Signatures, AreSaidInExplain) {
  const auto which = std::make_shared<std::string>("a");
  const auto fast = xcs::jit(Wrapping(Op<>(Switch(which))));
  (void)text_of(fast);
  *which = "b";
  (void)text_of(fast);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("the structure signature of 'Switch' is 'b', before it was 'a'"));
}

TEST(Signatures, OfStateMakeTheNextCallCompile) {
  const auto state = std::make_shared<std::string>("old");
  const std::vector<Op<>> forms = {Stateful(state), Wrapping(Op<>(Stateful(state))), StatefulLeaf(state)};
  for (const Op<>& form : forms) {
    *state = "old";
    const auto fast = xcs::jit(form);
    (void)fast({{"text", ""}});
    (void)fast({{"text", ""}});
    EXPECT_EQ(xcs::get_jit_stats(fast).compilation_count, 1U) << form.name();
    *state = "new";
    (void)fast({{"text", ""}});
    EXPECT_EQ(xcs::get_jit_stats(fast).compilation_count, 2U) << form.name();
    EXPECT_THAT(xcs::explain(fast), HasSubstr("is 'new', before it was 'old'")) << form.name();
  }
}

}  // namespace
}  // namespace ember
