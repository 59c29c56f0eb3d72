// MeasuredProcess: runs a contender in a process of its own, so that CPU time, memory and threads are its
// own.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "request_load.hpp"

namespace ember::bench {

/// What one contender needed for one load. Plain data: it comes through a pipe.
struct Measurement {
  std::size_t succeeded = 0;
  std::size_t requests = 0;
  /// Most threads that the contender saw; 0 when it did not look.
  std::size_t threads = 0;
  double wall_seconds = 0;
  double cpu_microseconds = 0;   ///< per request
  double user_microseconds = 0;  ///< per request, outside the kernel
  double peak_kibibytes = 0;     ///< per request in flight
};

/// What a contender reports of itself.
struct Outcome {
  std::size_t succeeded = 0;
  std::size_t threads = 0;
};

/// Threads of this process.
inline std::size_t thread_count() {
  using Directory = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Directory("/proc/self/task"), Directory()));
}

inline double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

inline Measurement measured_here(const RequestLoad& load, const std::function<Outcome()>& run) {
  rusage before{};
  rusage after{};
  getrusage(RUSAGE_SELF, &before);
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  getrusage(RUSAGE_SELF, &after);
  const double user = seconds(after.ru_utime) - seconds(before.ru_utime);
  const double system = seconds(after.ru_stime) - seconds(before.ru_stime);
  const auto requests = static_cast<double>(load.requests);
  const auto kibibytes = static_cast<double>(after.ru_maxrss - before.ru_maxrss);
  return {outcome.succeeded,
          load.requests,
          outcome.threads,
          wall.count(),
          1e6 * (user + system) / requests,
          1e6 * user / requests,
          kibibytes / static_cast<double>(load.in_flight)};
}

/// Forks, so call it before this process has threads. Throws when the contender dies.
inline Measurement measured_in_child(const RequestLoad& load, const std::function<Outcome()>& run) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const Measurement measurement = measured_here(load, run);
    const bool is_written = write(ends[1], &measurement, sizeof measurement) == sizeof measurement;
    _exit(is_written ? 0 : 1);
  }
  close(ends[1]);
  Measurement measurement;
  const bool is_read = read(ends[0], &measurement, sizeof measurement) == sizeof measurement;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!is_read) throw std::runtime_error("a contender died before its end");
  return measurement;
}

inline void print(const char* name, const Measurement& measurement) {
  std::printf("%-30s %6.1f us CPU (%5.1f user) %6.1f KiB peak each in flight %7.2f s  %zu of %zu ok", name,
              measurement.cpu_microseconds, measurement.user_microseconds, measurement.peak_kibibytes,
              measurement.wall_seconds, measurement.succeeded, measurement.requests);
  if (measurement.threads > 0) std::printf("  %zu threads", measurement.threads);
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace ember::bench
