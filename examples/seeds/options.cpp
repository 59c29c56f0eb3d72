// The execution options guide: defaults of the application, caching where it pays, a limit on time, and what
// happens when an option does not exist.
#include <ember/error.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_options.hpp>
#include <ember/json.hpp>
#include <ember/op.hpp>
#include <ember/runtime.hpp>

#include <iostream>

using namespace ember;

namespace {

/// Prints each time it runs.
Op<> announced(const std::string& name) {
  return op(name, [name](const Value& inputs) -> Value {
    std::cout << "  " << name << " runs\n";
    return list({name, inputs});
  });
}

/// Works for `seconds` on any data.
Op<> complex_operation(double seconds) {
  return op("complex_operation", [seconds](const Value& data) {
    (void)Context::current().sleep_for(from_seconds(seconds));
    return data;
  });
}

}  // namespace

int main() {
  // Settings of the whole application.
  xcs::set_execution_options({.use_parallel = true, .max_workers = 8});
  const xcs::ExecutionOptions now = xcs::get_execution_options();
  std::cout << std::boolalpha << "parallel " << *now.use_parallel << ", workers " << *now.max_workers
            << ", caching " << *now.enable_caching << ", device " << *now.device_strategy << '\n';
  xcs::reset_execution_options();

  // Caching for the expensive step, none for the cheap one. Inputs need not be mappings.
  const auto embedding_model = announced("embedding_model");
  const auto post_processor = announced("post_processor");
  const auto caching = xcs::execution_options({.enable_caching = true});
  for (int round = 1; round <= 2; ++round) {
    std::cout << "round " << round << '\n';
    const Value embeddings = embedding_model(list({"one", "two"}));
    const auto uncached = xcs::execution_options({.enable_caching = false});
    std::cout << "  " << to_json(post_processor(embeddings)) << '\n';
  }

  // Fine-tuned: concurrency and a limit on time, for whatever is called in the scope.
  Runtime::simulated().run([] {
    const auto scope =
        xcs::execution_options({.use_parallel = true, .max_workers = 8, .timeout_seconds = 30.0});
    std::cout << to_json(complex_operation(20)(list({1, 2, 3}))) << '\n';
    try {
      complex_operation(40)(list({1, 2, 3}));
    } catch (const xcs::ExecutionTimeoutError& error) {
      std::cout << "after " << error.timeout_seconds() << " s: " << error.what() << '\n';
    }
  });

  try {
    const auto scope = xcs::execution_options(xcs::ExecutionOptions::from({{"invalid_option", true}}));
    announced("the body")({{"query", "never"}});
  } catch (const std::invalid_argument& error) {
    std::cout << "Configuration error: " << error.what() << '\n';
  }
}

// Prints:
//   parallel true, workers 8, caching false, device auto
//   round 1
//     embedding_model runs
//       post_processor runs
//   ["post_processor",["embedding_model",["one","two"]]]
//   round 2
//       post_processor runs
//   ["post_processor",["embedding_model",["one","two"]]]
//   [1,2,3]
//   after 30 s: execution timed out after 30 s: 0 of 1 nodes finished
//   Configuration error: Invalid execution option: invalid_option
