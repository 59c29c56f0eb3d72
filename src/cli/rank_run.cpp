#include "cli/rank_run.hpp"

#include <csignal>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ember/error.hpp>
#include <ember/usage.hpp>

#include "cli/command.hpp"
#include "cli/rank_rows.hpp"
#include "cli/row_work.hpp"
#include "ranks/collective.hpp"

namespace ember::cli {
namespace {

/// Calls that have ended and that rank 0 has not been told of.
class CallLog {
 public:
  void add(const CallRecord& call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
  }
  std::vector<CallRecord> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<CallRecord> calls_;
};

/// Rank 0 decides when a run ends; a process that died of the signal would look like an accident.
void leave_signals_to_root() {
  for (const int number : {SIGINT, SIGTERM}) (void)std::signal(number, SIG_IGN);
}

int serve_root(const RunOptions& options, const RowMesh& mesh) {
  leave_signals_to_root();
  std::optional<RowWork> work;
  agree_to_run(mesh, [&] { work.emplace(options, mesh); });
  const LogToTerminal log(work->given().debug.value_or(false), mesh);
  const auto calls = std::make_shared<CallLog>();
  const UsageScope counting(
      std::make_shared<UsageService>([calls](const CallRecord& call) { calls->add(call); }));
  int exit_code = ExitCode::failure;
  work->run([&] {
    const auto site = work->rows_here();
    exit_code = serve_rows(*site, [&] { return calls->take(); });
  });
  return exit_code;
}

int exit_code_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const UsageError&) {
    return ExitCode::usage;
  } catch (const ConfigError&) {
    return ExitCode::usage;
  } catch (...) {
    return ExitCode::failure;
  }
}

}  // namespace

void agree_to_run(const RowMesh& mesh, const std::function<void()>& prepare) {
  std::exception_ptr failure;
  std::string reason;
  bool is_usage = false;
  try {
    prepare();
  } catch (...) {
    failure = std::current_exception();
    is_usage = exit_code_of(failure) == ExitCode::usage;
    reason = "rank " + std::to_string(mesh.rank) + " on host " +
             mesh.hosts[static_cast<std::size_t>(mesh.rank)] + ": " + message_of(failure);
  }
  ranks::Collective check;
  check.name = "ember run";
  check.divide = [ranks = mesh.ranks] {
    std::vector<ranks::Shard> shards;
    for (int rank = 0; rank < ranks; ++rank) {
      const auto position = static_cast<std::size_t>(rank);
      shards.push_back({rank, position, position + 1, true});
    }
    return shards;
  };
  check.evaluate = [reason, is_usage](const ranks::Shard&, const ranks::Report&) {
    if (is_usage) throw ConfigError(reason);
    if (!reason.empty()) throw DataError(reason);
  };
  check.on_item = [](std::size_t, const Result<Value>&) { return ranks::wants_all; };
  check.conclude = [] { return Value(); };
  try {
    (void)ranks::run_collective(check);
  } catch (...) {
    if (!failure) throw;
  }
  if (failure) std::rethrow_exception(failure);
}

int run_for_root(const RunOptions& options, const RowMesh& mesh) {
  try {
    return serve_root(options, mesh);
  } catch (...) {
    return exit_code_of(std::current_exception());
  }
}

}  // namespace ember::cli
