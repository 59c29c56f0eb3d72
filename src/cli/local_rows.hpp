// LocalRows: rows that run in this process.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include <ember/execution_options.hpp>
#include <ember/workflow.hpp>

#include "cli/row_site.hpp"

namespace ember::cli {

class LocalRows final : public RowSite {
 public:
  /// `devices`: what the rows run on in turn, as operators see it; may be empty.
  LocalRows(Workflow workflow, xcs::ExecutionOptions options, std::vector<Expectation> expectations,
            std::vector<std::string> devices);

  void start(std::size_t line_number, const Value& row, Done done) override;
  void stop() override { stop_.request_stop(); }

 private:
  Workflow workflow_;
  xcs::ExecutionOptions options_;
  std::vector<Expectation> expectations_;
  std::vector<std::string> devices_;
  std::size_t next_device_ = 0;
  std::stop_source stop_;
};

}  // namespace ember::cli
