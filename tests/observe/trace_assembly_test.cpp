// Which root each call gets, in whatever order calls complete.
#include "observe/trace_assembly.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "observe/trace_calls.hpp"

namespace ember::xcs {
namespace {

using ember::testing::traced_call;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr TimePoint early{std::chrono::seconds(10)};
constexpr TimePoint late{std::chrono::seconds(50)};

/// Calls with their roots.
std::vector<std::pair<std::uint64_t, std::uint64_t>> roots(const TraceAssembly::Placed& placed) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs;
  for (const auto& call : placed) pairs.emplace_back(call.record->call_id, call.root);
  return pairs;
}

class Assembly : public ::testing::Test {
 protected:
  /// Adds a call; returns what is placed by it.
  auto add(std::uint64_t call, std::optional<std::uint64_t> parent = {}, TimePoint now = early) {
    TraceAssembly::Placed placed;
    assembly_.add(traced_call(call, parent), now, placed);
    return roots(placed);
  }
  auto release(TimePoint limit = TimePoint::max()) {
    TraceAssembly::Placed placed;
    assembly_.release(limit, placed);
    return roots(placed);
  }

  TraceAssembly assembly_;
};

TEST_F(Assembly, call_without_parent_is_its_own_root) {
  EXPECT_THAT(add(7), ElementsAre(Pair(7, 7)));
  EXPECT_EQ(assembly_.held(), 0U);
}

TEST_F(Assembly, children_wait_for_the_chain_above_them) {
  EXPECT_THAT(add(2, 1), IsEmpty());
  EXPECT_THAT(add(3, 1), IsEmpty());
  EXPECT_THAT(add(1, 0), IsEmpty());
  EXPECT_EQ(assembly_.held(), 3U);
  EXPECT_THAT(add(0), UnorderedElementsAre(Pair(0, 0), Pair(1, 0), Pair(2, 0), Pair(3, 0)));
  EXPECT_EQ(assembly_.held(), 0U);
}

TEST_F(Assembly, child_that_outlives_its_parent_finds_the_root) {
  add(1, 0);
  add(0);
  EXPECT_THAT(add(2, 1), ElementsAre(Pair(2, 0)));
  EXPECT_THAT(add(3, 2), ElementsAre(Pair(3, 0)));
}

TEST_F(Assembly, released_calls_and_all_that_come_later_share_a_root) {
  add(5, 4);
  add(4, 1);
  EXPECT_THAT(release(), UnorderedElementsAre(Pair(4, 1), Pair(5, 1)));
  EXPECT_THAT(add(6, 1), ElementsAre(Pair(6, 1)));
  // Above the released call, its root goes on to be that of all.
  EXPECT_THAT(add(2, 0), IsEmpty());
  EXPECT_THAT(add(1, 0), UnorderedElementsAre(Pair(1, 1), Pair(2, 1)));
  EXPECT_THAT(add(0), ElementsAre(Pair(0, 1)));
  EXPECT_EQ(assembly_.held(), 0U);
}

TEST_F(Assembly, only_what_waits_for_long_is_released) {
  add(1, 0, early);
  add(11, 10, late);
  EXPECT_THAT(release(early), IsEmpty());
  EXPECT_THAT(release(late), ElementsAre(Pair(1, 0)));
  EXPECT_EQ(assembly_.held(), 1U);
}

TEST_F(Assembly, ends_for_calls_in_a_circle) {
  EXPECT_THAT(add(1, 1), IsEmpty());
  add(2, 3);
  add(3, 2);
  EXPECT_EQ(release().size(), 3U);
  EXPECT_EQ(assembly_.held(), 0U);
}

TEST_F(Assembly, any_order_gives_the_same_roots) {
  constexpr std::uint64_t calls = 300;
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 dice(seed);
    std::map<std::uint64_t, std::uint64_t> expected;
    std::vector<std::pair<std::uint64_t, std::optional<std::uint64_t>>> links;
    for (std::uint64_t call = 0; call < calls; ++call) {
      const bool is_root = call == 0 || dice() % 8 == 0;
      const std::uint64_t parent = is_root ? call : dice() % call;
      expected[call] = is_root ? call : expected[parent];
      links.emplace_back(call, is_root ? std::nullopt : std::optional(parent));
    }
    std::shuffle(links.begin(), links.end(), dice);
    std::map<std::uint64_t, std::uint64_t> found;
    TraceAssembly assembly;
    for (const auto& [call, parent] : links) {
      TraceAssembly::Placed placed;
      assembly.add(traced_call(call, parent), early, placed);
      for (const auto& pair : roots(placed)) EXPECT_TRUE(found.insert(pair).second);
    }
    EXPECT_EQ(found, expected) << "seed " << seed;
    EXPECT_EQ(assembly.held(), 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace ember::xcs
