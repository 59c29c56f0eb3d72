// Random composite programs for the law of jit: the same seed makes the same program, with nested jits or
// with none.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <ember/jit.hpp>
#include <ember/op.hpp>

namespace ember::test {

/// How often each leaf was called, and how many failures there were: of leaves, and others that `forward`
/// caught.
struct LawCounts {
  explicit LawCounts(std::size_t leaves) : calls(leaves) {}
  void reset();
  [[nodiscard]] std::vector<int> snapshot() const;

  std::vector<std::atomic<int>> calls;
  std::atomic<int> failures = 0;
  /// How often `forward` of the whole ran: not at all where a trace of it was replayed.
  std::atomic<int> forwards = 0;
};

/// What leaves do besides computing.
enum class LawPace {
  immediate,  ///< nothing: calls are over at once
  handed,     ///< some complete on another thread
  timed       ///< some sleep, some complete by the clock
};

/// What leaves promise.
enum class LawFlavor {
  ordinary,  ///< nothing
  pure       ///< some are pure, some of those never fail; calls are repeated, constant or of no use
};

struct LawProgram {
  Op<> op;
  std::shared_ptr<LawCounts> counts;
  /// Some part that is looked up does not exist.
  bool has_missing_parts = false;
  /// By leaf.
  std::vector<bool> is_pure = {};
};

/// The program of `seed`. With `is_jitted`, composites that the seed chooses are jitted inside.
LawProgram make_law_program(std::uint64_t seed, LawPace pace, bool is_jitted,
                            LawFlavor flavor = LawFlavor::ordinary);
/// A random input for such programs.
Value make_law_input(std::uint64_t seed);

}  // namespace ember::test
