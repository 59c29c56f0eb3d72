#include "base/ambient.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace ember {
namespace {

std::string options_of(const Ambient& ambient) {
  const auto* text = ambient.get<std::string>(AmbientSlot::options);
  return text ? *text : "none";
}

Ambient with_options(const Ambient& ambient, std::string text) {
  return ambient.with(AmbientSlot::options, std::make_shared<const std::string>(std::move(text)));
}

TEST(Ambient, IsEmptyAtFirst) {
  EXPECT_EQ(options_of(Ambient::current()), "none");
  EXPECT_EQ(Ambient::current().share<std::string>(AmbientSlot::options), nullptr);
}

TEST(Ambient, SlotsAreIndependent) {
  const Ambient first = with_options({}, "a");
  const Ambient second = first.with(AmbientSlot::span, std::make_shared<const int>(7));
  EXPECT_EQ(options_of(second), "a");
  EXPECT_EQ(*second.get<int>(AmbientSlot::span), 7);
  EXPECT_EQ(first.get<int>(AmbientSlot::span), nullptr);
  EXPECT_EQ(options_of(second.with(AmbientSlot::options, nullptr)), "none");
}

TEST(Ambient, ScopesNestAndEnd) {
  {
    const AmbientScope outer(with_options(Ambient::current(), "outer"));
    EXPECT_EQ(options_of(Ambient::current()), "outer");
    {
      const AmbientScope inner(with_options(Ambient::current(), "inner"));
      EXPECT_EQ(options_of(Ambient::current()), "inner");
    }
    EXPECT_EQ(options_of(Ambient::current()), "outer");
  }
  EXPECT_EQ(options_of(Ambient::current()), "none");
}

TEST(Ambient, IsHandedToAThreadOnlyExplicitly) {
  const AmbientScope scope(with_options(Ambient::current(), "outer"));
  std::thread([] { EXPECT_EQ(options_of(Ambient::current()), "none"); }).join();
  std::thread([inherited = Ambient::current()] {
    const AmbientScope inner(inherited);
    EXPECT_EQ(options_of(Ambient::current()), "outer");
  }).join();
}

}  // namespace
}  // namespace ember
