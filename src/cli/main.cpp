// The `ember` command: lists its subcommands, and turns errors into messages and exit codes.
#include <csignal>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <ember/error.hpp>
#include <ember/version.hpp>
#include <ember/world.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/command.hpp"
#include "ranks/rank_link.hpp"

namespace {

using ember::cli::Command;
using ember::cli::ExitCode;

/// Of several processes that mpirun has started, one speaks for all.
bool is_silent() {
  return ember::ranks::launched_rank() > 0;
}

/// When a process ends with an error, mpirun ends the others, maybe before rank 0 has spoken. A process that
/// has joined the others waits for them at its end.
int together(int code) {
  if (code == ExitCode::success || ember::ranks::launched_processes() < 2) return code;
  try {
    (void)ember::xcs::world();
  } catch (const std::exception&) {
    // They can not be joined, which is told already or does not matter any more.
  }
  return code;
}

void say(const std::string& line) {
  if (!is_silent()) std::cerr << line << '\n';
}

void print_error(const Command& command, const std::string& message) {
  say("ember " + command.app->get_name() + ": " + message);
}

int run(const Command& command) {
  try {
    return command.run();
  } catch (const ember::cli::UsageError& error) {
    print_error(command, error.what());
    say("Run with --help for more information.");
    return ExitCode::usage;
  } catch (const ember::ConfigError& error) {
    // The lines start with the places in the file, so that editors can jump there.
    print_error(command, "the workflow has mistakes:");
    say(error.what());
    return ExitCode::usage;
  } catch (const ember::Error& error) {
    print_error(command, error.what());
    if (!error.hint().empty()) say(error.hint());
  } catch (const std::exception& error) {
    print_error(command, error.what());
  }
  return ExitCode::failure;
}

int parse_and_run(CLI::App& application, const std::vector<Command>& commands, int count, char** arguments) {
  try {
    application.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    // Prints the help or the version that was asked for, or what is wrong.
    std::ostringstream unheard;
    const int code = is_silent() ? application.exit(error, unheard, unheard) : application.exit(error);
    return code == 0 ? ExitCode::success : ExitCode::usage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return run(command);
  }
  return ExitCode::usage;
}

}  // namespace

int main(int count, char** arguments) {
  // A reader that goes away shows as a failed write, not as a silent death.
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    CLI::App application("Runs compound workflows of language models.", "ember");
    application.set_version_flag("--version", std::string("ember ") + ember::version);
    application.require_subcommand(1);
    const std::vector<Command> commands = {
        ember::cli::add_run_command(application),      ember::cli::add_graph_command(application),
        ember::cli::add_trace_command(application),    ember::cli::add_questions_command(application),
        ember::cli::add_simulate_command(application), ember::cli::add_devices_command(application),
    };
    return together(parse_and_run(application, commands, count, arguments));
  } catch (const std::exception& error) {
    std::cerr << "ember: " << error.what() << '\n';
    return ExitCode::failure;
  }
}
