// Virtual time: models that take half a minute, deadlines and all, in a program that is over at once.
//
//   one  30 s --+
//   two  20 s --+--> a run of 30 s, which takes microseconds
//   slow 90 s --+    and with `slow` in it meets its deadline of 60 s exactly
//
#include <ember/ask.hpp>
#include <ember/autograph.hpp>
#include <ember/execute.hpp>
#include <ember/providers.hpp>
#include <ember/runtime.hpp>

#include <iostream>

using namespace ember;

int main() {
  // docs: begin run
  const auto runtime = Runtime::simulated({.seed = 7});
  runtime.run([&] {
    xcs::Autograph graph;
    graph.call("one", non::ask("sim:echo?latency=30"), {{"query", "tea"}});
    graph.call("two", non::ask("sim:upper?latency=20"), {{"query", "tea"}});

    const TimePoint start = runtime.now();
    const auto results = xcs::execute(graph);
    std::cout << results["two"]["text"].string() << " after " << to_seconds(runtime.now() - start) << " s\n";
  });
  // docs: end run

  runtime.run([&] {
    xcs::Autograph graph;
    graph.call("one", non::ask("sim:echo?latency=30"), {{"query", "tea"}});
    graph.call("slow", non::ask("sim:echo?latency=90"), {{"query", "tea"}});

    const TimePoint start = runtime.now();
    try {
      xcs::execute(graph, {.timeout_seconds = 60});
    } catch (const xcs::ExecutionTimeoutError& error) {
      std::cout << error.what() << '\n'
                << "after " << to_seconds(runtime.now() - start)
                << " s; finished: " << error.partial_results().entries().front().first << '\n';
    }
  });

  // What happened, and when: the same seed gives the same order.
  for (const auto& event : runtime.trace())
    std::cout << to_seconds(event.time) << " s: " << event.what << '\n';
}

// Prints:
//   TEA after 30 s
//   execution timed out after 60 s: 1 of 2 nodes finished
//   after 60 s; finished: one
//   0 s: start one
//   0 s: start two
//   30 s: start one
//   30 s: start slow
