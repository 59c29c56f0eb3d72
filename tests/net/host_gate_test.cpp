#include "net/host_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "net/transfer.hpp"

namespace ember::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HostGateTest : public ::testing::Test, private TransferObserver {
 protected:
  HostGateTest() {
    for (int i = 0; i < 8; ++i) {
      transfers_.push_back(std::make_unique<Transfer>(settings_, static_cast<TransferObserver&>(*this)));
    }
  }
  Transfer& transfer(std::size_t index) { return *transfers_[index]; }
  HostGate::Entry enter(std::size_t index) { return gate_.enter("host", transfer(index), now_); }
  // All look-ups are taken by 0 to 3; 4 and 5 wait.
  void fill() {
    for (std::size_t i = 0; i < HostGate::max_lookups; ++i) ASSERT_EQ(enter(i), HostGate::Entry::lookup);
    ASSERT_EQ(enter(4), HostGate::Entry::wait);
    ASSERT_EQ(enter(5), HostGate::Entry::wait);
  }

  HostGate gate_;
  TimePoint now_{std::chrono::hours(1)};

 private:
  void has_address(Transfer&, bool) override {}
  TransferSettings settings_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
};

TEST_F(HostGateTest, an_answer_lets_everyone_through_for_a_while) {
  fill();
  EXPECT_THAT(gate_.resolved("host", now_), ElementsAre(&transfer(4), &transfer(5)));
  EXPECT_EQ(enter(6), HostGate::Entry::free);
  now_ += HostGate::trusted_time;
  EXPECT_EQ(enter(7), HostGate::Entry::lookup);
}

TEST_F(HostGateTest, a_look_up_that_ends_makes_room_for_one) {
  fill();
  EXPECT_THAT(gate_.passed("host"), ElementsAre(&transfer(4)));
  EXPECT_THAT(gate_.passed("host"), ElementsAre(&transfer(5)));
  EXPECT_THAT(gate_.passed("host"), IsEmpty());
  EXPECT_EQ(enter(6), HostGate::Entry::lookup);
}

TEST_F(HostGateTest, a_failure_ends_everyone_who_waited) {
  fill();
  EXPECT_THAT(gate_.failed("host"), ElementsAre(&transfer(4), &transfer(5)));
  EXPECT_THAT(gate_.failed("host"), IsEmpty());
}

TEST_F(HostGateTest, forgets_who_leaves) {
  fill();
  gate_.leave("host", transfer(4));
  EXPECT_THAT(gate_.passed("host"), ElementsAre(&transfer(5)));
}

TEST_F(HostGateTest, hosts_do_not_share_look_ups) {
  fill();
  EXPECT_EQ(gate_.enter("other", transfer(6), now_), HostGate::Entry::lookup);
}

}  // namespace
}  // namespace ember::net
