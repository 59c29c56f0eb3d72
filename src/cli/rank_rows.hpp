// Rows on several processes: rank 0 reads and writes, and hands each row to the process that has the fewest.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <ember/usage.hpp>

#include "cli/mesh_option.hpp"
#include "cli/row_site.hpp"
#include "ranks/work_stream.hpp"

namespace ember::cli {

/// The side of rank 0.
class RankRows final : public RowSite {
 public:
  /// `own`: rows on rank 0. `ranks`: the first so many have rows. `count` is told of the calls of other
  /// ranks. Throws RankError when a rank is lost already.
  RankRows(std::unique_ptr<RowSite> own, RowMesh mesh, std::size_t ranks,
           std::function<void(const CallRecord&)> count);

  void start(std::size_t line_number, const Value& row, Done done) override;
  void stop() override;
  [[nodiscard]] bool has_failed() const override;
  void give_up() override;
  void require_whole() const override;
  void on_failure(std::function<void()> wake) override { wake_ = std::move(wake); }
  /// Waits until the other ranks have left.
  void finish(int exit_code) override;

 private:
  struct Row {
    std::size_t rank = 0;
    std::size_t line_number = 0;
    Done done;
  };

  void take(std::uint64_t number, const Result<Value>& reply);
  void lose(int rank, bool has_died);
  void leave(const Result<Value>& last);
  void count(const std::vector<CallRecord>& calls) const;
  /// Takes rows out: those of `rank`, or of all ranks but this.
  std::map<std::uint64_t, Row> take_rows(std::optional<std::size_t> rank);
  void fail(std::string reason);

  std::unique_ptr<RowSite> own_;
  RowMesh mesh_;
  std::function<void(const CallRecord&)> count_;
  std::function<void()> wake_ = [] {};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  /// Rows that are not done, by number.
  std::map<std::uint64_t, Row> rows_;
  std::uint64_t next_ = 0;
  /// By rank: rows that it has.
  std::vector<std::size_t> loads_;
  int ranks_gone_ = 0;
  std::string failure_;
  /// Last, so that its thread ends first.
  ranks::WorkStream stream_;
};

/// The side of the other ranks: runs rows on `site` until rank 0 has no more, and returns what to exit with.
/// `take_calls` gives the calls that have ended since it was last called.
int serve_rows(RowSite& site, const std::function<std::vector<CallRecord>()>& take_calls);

/// `2`, `2-4, 7`: lines in short. At most a few ranges, then how many more there are.
std::string ranges_text(const std::vector<std::size_t>& lines);

}  // namespace ember::cli
