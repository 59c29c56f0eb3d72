// Runs the tests of this directory: alone, or as one of several processes that mpirun started. All ranks run
// the same tests in the same order.
#include <gtest/gtest.h>

#include <ember/world.hpp>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  // Failures are told by every rank, progress by one.
  if (!ember::xcs::world().is_root()) GTEST_FLAG_SET(brief, true);
  return RUN_ALL_TESTS();
}
