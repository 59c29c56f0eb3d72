// How late does a run come back that its deadline ends, when operators block, wait or spin?
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <ember/execute.hpp>

#include "support/never_answers.hpp"

namespace {

using namespace ember;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Milliseconds between the deadline and the return of `execute`.
double lateness(const xcs::XCSGraph& graph, const char* scheduler) {
  const auto start = Clock::now();
  try {
    xcs::execute(graph, {.timeout_seconds = 0.1, .scheduler = scheduler});
  } catch (const xcs::ExecutionTimeoutError&) {
  }
  return std::chrono::duration<double, std::milli>(Clock::now() - start - 100ms).count();
}

void report(const char* name, const xcs::XCSGraph& graph, std::atomic<bool>& is_over) {
  for (const char* scheduler : {"sequential", "parallel", "wave", "auto"}) {
    std::vector<double> late;
    for (int repeat = 0; repeat < 9; ++repeat) {
      is_over = false;
      late.push_back(lateness(graph, scheduler));
      is_over = true;
      std::this_thread::sleep_for(5ms);  // Lets abandoned spinners end, so that repetitions do not add up.
    }
    std::sort(late.begin(), late.end());
    std::printf("%-10s %-10s  median %6.2f ms late, most %6.2f ms\n", name, scheduler, late[late.size() / 2],
                late.back());
  }
}

xcs::XCSGraph graph_of(const Op<>& leaf) {
  xcs::XCSGraph graph;
  for (int i = 0; i < 4; ++i) graph.add_node(leaf, "n" + std::to_string(i));
  return graph;
}

}  // namespace

int main() {
  const auto is_over = std::make_shared<std::atomic<bool>>(false);
  const auto kept = std::make_shared<std::vector<CompletionCallback>>();
  report("blocking",
         graph_of(op("block",
                     [is_over](const Value& in) -> Value {
                       while (!*is_over) std::this_thread::sleep_for(1ms);
                       return in;
                     })),
         *is_over);
  report("waiting", graph_of(testing::NeverAnswers(kept)), *is_over);
  report("spinning",
         graph_of(op("spin",
                     [is_over](const Value& in) -> Value {
                       while (!*is_over) continue;
                       return in;
                     })),
         *is_over);
  kept->clear();
}
