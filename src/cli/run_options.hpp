// What `ember run` is told on its command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ember/execution_options.hpp>

namespace CLI {
class App;
}

namespace ember::cli {

struct RunOptions {
  std::string workflow{};
  std::string input = "-";
  std::string output = "-";
  std::size_t rows_in_flight = 64;
  /// The devices that share the rows.
  std::optional<std::string> mesh{};
  std::optional<int> max_workers{};
  std::optional<std::string> scheduler{};
  std::optional<std::string> timeout{};
  std::vector<std::string> execution{};
  std::vector<std::string> settings{};
  std::vector<std::string> expectations{};
  std::optional<std::string> trace{};
  std::optional<std::string> otlp{};
  std::optional<std::uint16_t> metrics_port{};
  std::string metrics_address = "127.0.0.1";
  bool report = false;
  bool is_quiet = false;
};

/// Adds the options, and what stands below them in the help.
void add_run_options(CLI::App& app, RunOptions& options);

/// All execution options that the command line gives, by flag or by name. Throws UsageError.
xcs::ExecutionOptions given_options(const RunOptions& options);

}  // namespace ember::cli
