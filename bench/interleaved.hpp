// Interleaved: several contenders timed in turns, so that whatever else the machine does hits all of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace ember::bench {

/// One of several ways to do the same work.
struct Contender {
  std::string name;
  std::function<void()> run;
};

/// Medians over the rounds, in nanoseconds for one run of the work.
struct Timing {
  double wall = 0;
  /// CPU time of all threads of the process: hardly changes when the machine is busy with something else.
  double cpu = 0;
  /// The shortest wall time of all rounds: what it takes when nothing else runs.
  double best = 0;
};

inline double median(std::vector<double> samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

inline double process_cpu_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return 1e9 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec);
}

/// Times `repeats` runs in a row, per run.
inline Timing time_runs(const Contender& contender, std::size_t repeats) {
  const double cpu = process_cpu_nanoseconds();
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < repeats; ++i) contender.run();
  const std::chrono::duration<double, std::nano> wall = std::chrono::steady_clock::now() - start;
  const auto count = static_cast<double>(repeats);
  return {wall.count() / count, (process_cpu_nanoseconds() - cpu) / count, wall.count() / count};
}

/// How often a contender runs per sample, so that a sample takes about `slice`.
inline std::size_t repeats_for(const Contender& contender, std::chrono::nanoseconds slice) {
  contender.run();  // The first run fills caches and starts threads.
  std::size_t repeats = 1;
  for (;;) {
    const double taken = time_runs(contender, repeats).wall * static_cast<double>(repeats);
    if (taken >= static_cast<double>(slice.count()) || repeats >= 100'000) return repeats;
    repeats *= taken * 8 < static_cast<double>(slice.count()) ? 8 : 2;
  }
}

/// One timing per contender. Every round takes one sample of each, in turns from the front and from the back.
inline std::vector<Timing> time_interleaved(const std::vector<Contender>& contenders, std::size_t rounds,
                                            std::chrono::nanoseconds slice) {
  std::vector<std::size_t> repeats;
  for (const Contender& contender : contenders) repeats.push_back(repeats_for(contender, slice));
  std::vector<std::vector<double>> wall(contenders.size());
  std::vector<std::vector<double>> cpu(contenders.size());
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t turn = 0; turn < contenders.size(); ++turn) {
      const std::size_t which = round % 2 == 0 ? turn : contenders.size() - 1 - turn;
      const Timing timing = time_runs(contenders[which], repeats[which]);
      wall[which].push_back(timing.wall);
      cpu[which].push_back(timing.cpu);
    }
  }
  std::vector<Timing> timings;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    timings.push_back({median(wall[i]), median(cpu[i]), *std::min_element(wall[i].begin(), wall[i].end())});
  }
  return timings;
}

}  // namespace ember::bench
