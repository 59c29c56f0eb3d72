// What does one run of a small compiled graph cost, beyond its nodes? Nanoseconds and allocations of one run,
// for nodes that do next to nothing.
//   run_cost_bench [--rounds N] [--only WORD]
// Lines are `NAME: NANOSECONDS ...`, for compare.sh.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include <ember/execute.hpp>

#include "bench_arguments.hpp"
#include "interleaved.hpp"
#include "small_op.hpp"
#include "support/graphs.hpp"

namespace {

std::atomic<std::size_t> allocations = 0;

void* counted(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace ember;
using bench::Contender;
using bench::small_op;

struct Case {
  std::string name;
  xcs::XCSGraph graph;
};

/// Recorded calls: `{a}` takes an output as it is, several come as a list.
xcs::XCSGraph recorded_graph(const testing::GraphShape& shape) {
  xcs::XCSGraph graph;
  for (std::size_t node = 0; node < shape.size; ++node) {
    std::vector<xcs::Binding> inputs;
    for (const auto& [from, to] : shape.edges) {
      if (to == node) inputs.push_back(xcs::Binding::of_node(from));
    }
    xcs::Binding input = inputs.empty() ? xcs::Binding::of_input() : inputs.front();
    if (inputs.size() > 1) {
      input = {};
      input.form = xcs::Binding::Form::list;
      for (xcs::Binding& part : inputs) input.parts.emplace_back("", std::move(part));
    }
    graph.add_recorded_node(small_op().reference(), std::move(input));
  }
  return graph;
}

std::vector<Case> cases() {
  testing::GraphShape join{6};
  for (std::size_t i = 0; i < 5; ++i) join.edges.emplace_back(i, 5);
  std::vector<Case> all;
  all.push_back({"one node", recorded_graph(testing::chain(1))});
  all.push_back({"three-node chain", recorded_graph(testing::chain(3))});
  all.push_back({"five-node diamond", recorded_graph(testing::wide(3))});
  all.push_back({"fan-out of five plus join", recorded_graph(join)});
  all.push_back({"diamond over mapped edges", testing::build_graph(testing::wide(3), [](std::size_t) {
                   return op("v", [](const Value& input) -> Value {
                     return {{"v", static_cast<std::int64_t>(input.size())}};
                   });
                 })});
  return all;
}

double allocations_of(const Contender& contender) {
  constexpr std::size_t runs = 1000;
  contender.run();
  const std::size_t before = allocations;
  for (std::size_t i = 0; i < runs; ++i) contender.run();
  return static_cast<double>(allocations - before) / runs;
}

}  // namespace

int main(int count, char** arguments) {
  const bench::BenchArguments settings(count, arguments);
  const std::vector<Case> graphs = cases();
  std::vector<Contender> contenders;
  const auto add = [&](const std::string& name, std::function<void()> run) {
    if (settings.wants(name)) contenders.push_back({name, std::move(run)});
  };
  for (const Case& one : graphs) {
    const xcs::CompiledGraph compiled(one.graph);
    const Value inputs = {{"v", 1}};
    add(one.name, [compiled, inputs] { (void)!compiled.run(inputs).size(); });
    add(one.name + ", sequential",
        [compiled, inputs] { (void)!compiled.run(inputs, {.scheduler = "sequential"}).size(); });
    add(one.name + ", parallel",
        [compiled, inputs] { (void)!compiled.run(inputs, {.scheduler = "parallel"}).size(); });
    add(one.name + ", execute", [&graph = one.graph, inputs] { (void)!xcs::execute(graph, inputs).size(); });
  }
  const auto timings = bench::time_interleaved(contenders, settings.rounds, std::chrono::milliseconds(3));
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::printf("%s: %.0f ns CPU, %.0f ns wall, %.1f allocations a run\n", contenders[i].name.c_str(),
                timings[i].cpu, timings[i].wall, allocations_of(contenders[i]));
  }
}
