// What does jit save, and what does it cost? Calls that wait and overlap on the first call, the price of a
// jitted call of trivial operators beside plain calls and oneTBB's flow graph, and the price of recording.
//   jit_bench [--rounds N]
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <ember/jit.hpp>
#include <ember/runtime.hpp>

#include "bench_arguments.hpp"
#include "flow_graph.hpp"
#include "interleaved.hpp"
#include "small_op.hpp"
#include "support/graphs.hpp"
#include "waiting_op.hpp"

namespace {

using namespace ember;
using bench::Contender;
using bench::small_op;
using bench::waiting_op;

Op<> chain_of(std::size_t length) {
  return op("chain", [length, step = small_op()](Var<> in) {
    Var<> value = in;
    for (std::size_t i = 0; i < length; ++i) value = step(value);
    return value;
  });
}

Op<> panel_of(std::size_t width, const Op<>& member, const Op<>& judge) {
  return op("panel", [=](Var<> in) {
    std::vector<Var<>> answers;
    for (std::size_t i = 0; i < width; ++i) answers.push_back(member(in));
    return judge(list_of(answers));
  });
}

void report_first_call(std::size_t rounds) {
  for (const char* mode : {"structural", "enhanced"}) {
    std::vector<double> wall;
    for (std::size_t round = 0; round < rounds; ++round) {
      const auto fast = xcs::jit(panel_of(5, waiting_op(), waiting_op()), {.mode = mode});
      wall.push_back(bench::time_runs({mode, [&] { (void)fast(1); }}, 1).wall / 1e6);
    }
    const double middle = bench::median(wall);
    std::printf("five calls of 100 ms and a judge, first call, %s: %.2f ms, %.3f of the ideal 200 ms\n", mode,
                middle, middle / 200);
  }
}

void report_call_cost(std::size_t rounds) {
  testing::GraphShape join{6};
  for (std::size_t i = 0; i < 5; ++i) join.edges.emplace_back(i, 5);
  const Op<> chain = chain_of(3);
  const Op<> panel = panel_of(5, small_op(), small_op());
  bench::FlowGraph flow_chain(testing::chain(3), [](std::size_t) {});
  bench::FlowGraph flow_panel(join, [](std::size_t) {});
  std::vector<Contender> contenders;
  const auto add = [&](const std::string& name, const Op<>& called) {
    contenders.push_back({name, [called] { (void)called(1); }});
  };
  add("three-node chain, plain", chain);
  add("three-node chain, jit", xcs::jit(chain));
  add("three-node chain, jit enhanced", xcs::jit(chain, {.mode = "enhanced"}));
  contenders.push_back({"three-node chain, flow graph", [&] { flow_chain.run(); }});
  add("fan-out of five and join, plain", panel);
  add("fan-out of five and join, jit", xcs::jit(panel));
  add("fan-out of five and join, jit enhanced", xcs::jit(panel, {.mode = "enhanced"}));
  contenders.push_back({"fan-out of five and join, flow graph", [&] { flow_panel.run(); }});
  const auto timings = bench::time_interleaved(contenders, rounds, std::chrono::milliseconds(3));
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::printf("%s: %.0f ns CPU, %.0f ns wall a call\n", contenders[i].name.c_str(), timings[i].cpu,
                timings[i].wall);
  }
}

/// A call for every item beside each other, and one that takes all answers.
Op<> fan_of(std::size_t width) {
  return op("fan", [width, step = small_op()](Var<> in) {
    std::vector<Var<>> answers;
    for (std::size_t i = 0; i + 1 < width; ++i) answers.push_back(step(in));
    return step(list_of(answers));
  });
}

/// Each call takes a part of the answer before and the whole of one further back.
Op<> joins_of(std::size_t length) {
  return op("joins", [length, step = small_op()](Var<> in) {
    std::vector<Var<>> values = {in};
    for (std::size_t i = 0; i < length; ++i) {
      values.push_back(step(object({{"new", values.back()["v"]}, {"old", values[values.size() / 2]}})));
    }
    return values.back();
  });
}

std::size_t bytes_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// The least of some rounds: what else the machine does only adds.
void report_recording(const char* shape, Op<> (*made)(std::size_t), std::size_t nodes) {
  double recording = 1e9;
  double compiling = 1e9;
  double bytes = 0;
  for (std::size_t round = 0; round < 3 + 20'000 / nodes; ++round) {
    const Op<> composite = made(nodes);
    const std::size_t before = bytes_in_use();
    const auto fast = xcs::jit(composite, {.sample_input = Value(1)});
    bytes = static_cast<double>(bytes_in_use() - before);
    const xcs::JitStats stats = xcs::get_jit_stats(fast);
    recording = std::min(recording, stats.tracing_time);
    compiling = std::min(compiling, stats.compilation_time - stats.tracing_time);
  }
  const auto count = static_cast<double>(nodes);
  std::printf(
      "%s of %zu calls: recording %.2f us a call, compiling %.2f us, together %.4f s; %.0f bytes a call\n",
      shape, nodes, recording * 1e6 / count, compiling * 1e6 / count, recording + compiling, bytes / count);
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rounds = bench::BenchArguments(count, arguments).rounds;
  report_first_call(std::min<std::size_t>(rounds, 5));
  report_call_cost(rounds);
  for (const std::size_t nodes : {1'000, 100'000}) {
    report_recording("a chain", chain_of, nodes);
    report_recording("a fan-out with a join", fan_of, nodes);
    report_recording("joins of two", joins_of, nodes);
  }
}
