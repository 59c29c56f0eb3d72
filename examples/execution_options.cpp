// Options as plain values, scopes and process-wide defaults; the innermost that sets a field wins.
//
//   explicit arguments  >  innermost scope  >  outer scopes  >  set_execution_options  >  factory defaults
//
#include <ember/error.hpp>
#include <ember/execution_options.hpp>
#include <ember/op.hpp>

#include <iostream>

using namespace ember;

namespace {

void show(const char* where) {
  const xcs::ExecutionOptions now = xcs::get_execution_options();
  std::cout << where << ": parallel " << std::boolalpha << *now.use_parallel << ", workers "
            << (now.max_workers ? std::to_string(*now.max_workers) : "as many as useful") << ", scheduler "
            << (now.scheduler ? now.scheduler->name() : "none") << '\n';
}

}  // namespace

int main() {
  show("defaults");
  xcs::set_execution_options({.max_workers = 6});
  // docs: begin scopes
  const xcs::ExecutionOptions options{.max_workers = 8, .timeout_seconds = 30.0};
  {
    const auto outer = xcs::execution_options(options);  // For this thread and what it starts.
    show("outer scope");
    const auto inner = xcs::execution_options({.scheduler = "sequential"});
    show("inner scope");
  }
  // docs: end scopes
  show("after the scopes");

  // Options from files and command lines come by name.
  const auto from_file = xcs::ExecutionOptions::from({{"scheduler", "wave"}, {"max_workers", 4}});
  std::cout << from_file.scheduler->name() << ' ' << *from_file.max_workers << '\n';
  try {
    const auto scope = xcs::execution_options(xcs::ExecutionOptions::from({{"invalid_option", true}}));
    show("never reached");
  } catch (const std::invalid_argument& error) {
    std::cout << "Configuration error: " << error.what() << '\n';
  }
}

// Prints:
//   defaults: parallel true, workers as many as useful, scheduler none
//   outer scope: parallel true, workers 8, scheduler none
//   inner scope: parallel false, workers 8, scheduler sequential
//   after the scopes: parallel true, workers 6, scheduler none
//   wave 4
//   Configuration error: Invalid execution option: invalid_option
