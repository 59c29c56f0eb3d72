// Lifelines: a connection between rank 0 and each other rank beside MPI. The kernel closes it when a process
// ends, however it ends, so the other side knows at once; MPI would not say. It also wakes the other side
// when a message is on its way, so that nobody has to poll for messages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ember::ranks {

/// Where rank 0 waits for the others.
struct LifelineAddress {
  std::array<char, 256> host = {};
  std::uint16_t port = 0;
  std::uint64_t token = 0;
};

class Lifelines {
 public:
  /// What came over a lifeline.
  struct Notice {
    enum class Kind { message, farewell, end } kind;
    int rank;
    /// Number of messages: that there is one more of; with a farewell, that the rank has sent in all.
    std::uint64_t messages = 0;
  };

  Lifelines() = default;
  ~Lifelines();
  Lifelines(const Lifelines&) = delete;
  Lifelines& operator=(const Lifelines&) = delete;

  /// On rank 0: waits at an address of this machine. Throws ConfigError.
  LifelineAddress listen();
  /// On rank 0: takes the connections of ranks 1 to `size` - 1. Throws ConfigError when they do not come.
  void accept_all(const LifelineAddress& address, int size);
  /// On all other ranks. `is_same_host`: rank 0 runs on this machine. Throws ConfigError.
  void connect(const LifelineAddress& address, bool is_same_host, int rank);

  /// Tells `rank` that there is one more message to receive. Never waits; false when it has to be tried
  /// again.
  bool ring(int rank) noexcept;
  /// Tells `rank` that after `messages` messages there will be no more.
  void say_farewell(int rank, std::uint64_t messages) noexcept;
  /// Wakes the thread that is in `wait`.
  void wake() noexcept;
  /// Waits until there is something, or somebody calls `wake`, or for `nanoseconds`. Returns what came.
  std::vector<Notice> wait(std::int64_t nanoseconds);

 private:
  struct Line {
    int rank = 0;
    int socket = -1;
    /// Part of a notice.
    std::vector<std::byte> unread;
  };
  [[nodiscard]] Line* line_of(int rank) noexcept;
  void read_from(Line& line, std::vector<Notice>& notices);
  void open_wakeup();

  int listener_ = -1;
  int wakeup_ = -1;
  std::vector<Line> lines_;
};

}  // namespace ember::ranks
