// RowSite: where rows run, and how they are started there.
#pragma once

#include <cstddef>
#include <functional>

#include <ember/value.hpp>

#include "cli/row_outcome.hpp"

namespace ember::cli {

class RowSite {
 public:
  /// Called once for each row, on any thread.
  using Done = std::function<void(RowOutcome)>;

  RowSite() = default;
  virtual ~RowSite() = default;
  RowSite(const RowSite&) = delete;
  RowSite& operator=(const RowSite&) = delete;

  /// Starts a row, and returns.
  virtual void start(std::size_t line_number, const Value& row, Done done) = 0;
  /// The rows that run are not wanted any more; each is done soon, and says that it was stopped.
  virtual void stop() = 0;

  /// True when rows are lost: what they ran on is gone.
  [[nodiscard]] virtual bool has_failed() const { return false; }
  /// After a failure: gives up rows that are not done yet.
  virtual void give_up() {}
  /// Throws DataError that says what has failed, when something has.
  virtual void require_whole() const {}
  /// All rows are done, and the run exits with `exit_code`. Throws as `require_whole` does.
  virtual void finish(int exit_code) { (void)exit_code; }
  /// `wake` is called on any thread when something fails; set before the first row.
  virtual void on_failure(std::function<void()> wake) { (void)wake; }
};

}  // namespace ember::cli
