// A disk that is full in the middle of a run: a limit on the size of files stands for it.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include <ember/error.hpp>
#include <ember/trace_file.hpp>

#include "observe/traces.hpp"

namespace ember {
namespace {

/// While it lives, files of this process can not grow over `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(TraceDiskFull, is_told_by_every_flush_and_by_close_and_the_lost_calls_are_counted) {
  const auto path = std::filesystem::path(::testing::TempDir()) / ("trace_full" + std::to_string(::getpid()));
  {
    const FileSizeLimit limit(1000);
    TraceFile file(path.string());
    for (std::uint64_t i = 0; i < 100; ++i) {
      file.record(std::make_shared<const xcs::TraceRecord>(testing::call("work", i, {}, 0, 1)));
    }
    for (int attempt = 0; attempt < 2; ++attempt) {
      try {
        file.flush();
        ADD_FAILURE() << "nothing was said";
      } catch (const DataError& error) {
        EXPECT_EQ(error.what(), "can not write the trace to '" + path.string() + "': File too large");
      }
    }
    EXPECT_THROW(file.close(), DataError);
    EXPECT_EQ(file.calls_written() + file.calls_lost(), 100U);
    EXPECT_EQ(file.calls_lost(), 100U);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ember
