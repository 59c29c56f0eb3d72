#include "cli/local_rows.hpp"

#include <memory>
#include <utility>

#include <ember/context.hpp>

#include "base/ambient.hpp"
#include "exec/trace_span.hpp"

namespace ember::cli {

LocalRows::LocalRows(Workflow workflow, xcs::ExecutionOptions options, std::vector<Expectation> expectations,
                     std::vector<std::string> devices)
    : workflow_(std::move(workflow)),
      options_(std::move(options)),
      expectations_(std::move(expectations)),
      devices_(std::move(devices)) {
  options_.stop_token = stop_.get_token();
}

void LocalRows::start(std::size_t line_number, const Value& row, Done done) {
  const auto span = std::make_shared<xcs::TraceSpan>(row_name(line_number), row);
  auto finish = [row, span, line_number, workflow = workflow_, expectations = expectations_,
                 done = std::move(done)](const WorkflowRun& run) {
    span->end(run.outputs ? run.outputs.value() : Value(), run.outputs.error());
    RowOutcome outcome = finished_row(row, line_number, run, expectations);
    if (run.metrics) outcome.metrics = row_metrics(*run.metrics, workflow.graph());
    done(std::move(outcome));
  };
  const AmbientScope inside(span->ambient());
  if (devices_.empty()) return workflow_.run_async(row, options_, std::move(finish));
  const Context outer = Context::current();
  const Context context(outer.clock(), outer.deadline(), outer.stop_token(),
                        devices_[next_device_++ % devices_.size()]);
  const ContextScope placed(context);
  workflow_.run_async(row, options_, std::move(finish));
}

}  // namespace ember::cli
