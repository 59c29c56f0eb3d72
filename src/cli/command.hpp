// The parts of the `ember` command. Each subcommand has a file of its own, which adds its options and hands
// back what to run when it was chosen; main.cpp lists them.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace ember::cli {

/// What the process exits with.
struct ExitCode {
  enum Code : int {
    success = 0,
    failure = 1,
    /// Wrong options or arguments.
    usage = 2,
    /// Some of the rows failed.
    rows_failed = 3,
    /// Ctrl-C.
    interrupted = 130,
  };
};

/// Thrown by a subcommand for options that parse and yet make no sense; printed with the subcommand's name,
/// exit 2.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& message) : std::runtime_error(message) {}
};

/// A subcommand with its options, added to the application.
struct Command {
  CLI::App* app = nullptr;
  /// Called once, after parsing, when the subcommand was chosen; returns the exit code. Errors of the library
  /// that it throws are printed, exit 1.
  std::function<int()> run{};
};

Command add_devices_command(CLI::App& application);
Command add_graph_command(CLI::App& application);
Command add_questions_command(CLI::App& application);
Command add_run_command(CLI::App& application);
Command add_simulate_command(CLI::App& application);
Command add_trace_command(CLI::App& application);

}  // namespace ember::cli
