// ChildProcess: a program that runs beside a test, with its output readable line by line.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace ember::testing {

class ChildProcess {
 public:
  /// Starts the program found in PATH. Throws when there is no such program.
  explicit ChildProcess(const std::vector<std::string>& command);
  /// Ends it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Reads its output, errors included, until a line holds `text`. Throws when the output ends before.
  std::string wait_for_line(const std::string& text);
  /// Sends it a signal such as SIGTERM.
  void send_signal(int number) const;
  /// Waits for its end. Returns the exit status.
  int wait();

 private:
  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
};

/// True when PATH has the program.
bool has_program(const std::string& name);

}  // namespace ember::testing
