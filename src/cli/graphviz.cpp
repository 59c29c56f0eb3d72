// The source goes through an unnamed file and not a pipe, so that neither side can wait for the other.
#include "cli/graphviz.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <ember/error.hpp>

extern char** environ;

namespace ember::cli {

namespace {

/// An unnamed file in memory.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("ember", MFD_CLOEXEC)) {
    if (descriptor_ < 0)
      throw DataError(std::string("can not make a temporary file: ") + std::strerror(errno));
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  void write(const std::string& text) const {
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t count = ::write(descriptor_, text.data() + done, text.size() - done);
      if (count < 0) throw DataError(std::string("can not write a temporary file: ") + std::strerror(errno));
      done += static_cast<std::size_t>(count);
    }
    ::lseek(descriptor_, 0, SEEK_SET);
  }

  [[nodiscard]] std::string read() const {
    std::string text;
    ::lseek(descriptor_, 0, SEEK_SET);
    char buffer[65536];
    for (ssize_t count = 0; (count = ::read(descriptor_, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int descriptor_;
};

/// Runs `dot -Tsvg`; returns its exit status, or -1 when there is no such program.
int run_dot(const MemoryFile& source, const MemoryFile& drawing) {
  char program[] = "dot";
  char format[] = "-Tsvg";
  char* arguments[] = {program, format, nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, source.descriptor(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, drawing.descriptor(), STDOUT_FILENO);
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, program, &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return -1;
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

std::string svg_of_dot(const std::string& source) {
  const MemoryFile input;
  const MemoryFile drawing;
  input.write(source);
  const int status = run_dot(input, drawing);
  if (status < 0) {
    throw DataError("drawing needs the program `dot`; install the package graphviz, or use --format dot");
  }
  if (status != 0) throw DataError("`dot -Tsvg` failed with status " + std::to_string(status));
  return drawing.read();
}

}  // namespace ember::cli
