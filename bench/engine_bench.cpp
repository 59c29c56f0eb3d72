// What does one node of a reused graph cost? Ember's schedulers beside a plain loop, oneTBB's flow graph and
// a pool of threads with one mutex; all compute the same numbers, which is checked.
//   engine_bench [--rounds N] [--shape WORD] [--work WORD]
// "no fusion" and "no ranks" are `parallel` without one of its passes.
// Every line is one shape with one kind of node: medians over the rounds, the contenders taking turns.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <ember/execute.hpp>

#include "condvar_pool.hpp"
#include "flow_graph.hpp"
#include "interleaved.hpp"
#include "node_work.hpp"
#include "support/graphs.hpp"

namespace {

using namespace ember;
using bench::Contender;
using bench::NodeWork;
using testing::GraphShape;

struct Shape {
  const char* name;
  GraphShape graph;
};

/// `width` nodes and one that takes all of their outputs.
GraphShape fan_in(std::size_t width) {
  GraphShape shape{width + 1};
  for (std::size_t i = 0; i < width; ++i) shape.edges.emplace_back(i, width);
  return shape;
}

/// `count` chains of `length` side by side; node i of each level belongs to chain i.
GraphShape bundle(std::size_t count, std::size_t length) {
  GraphShape shape{count * length};
  for (std::size_t i = count; i < shape.size; ++i) shape.edges.emplace_back(i - count, i);
  return shape;
}

/// `width` single nodes, then a chain of `length`: in program order the chain comes last.
GraphShape unbalanced(std::size_t width, std::size_t length) {
  GraphShape shape{width + length};
  for (std::size_t i = width + 1; i < shape.size; ++i) shape.edges.emplace_back(i - 1, i);
  return shape;
}

std::vector<Shape> shapes() {
  return {{"three-node chain", testing::chain(3)},
          {"five-node diamond", testing::wide(3)},
          {"fan-out of 5 plus join", fan_in(5)},
          {"chain of 256", testing::chain(256)},
          {"fan-out of 254", testing::wide(254)},
          {"tree of 255", testing::tree(255)},
          {"wavefront 16 x 16", testing::wavefront(16)},
          {"layered random 16 x 16", testing::layered_random(7, 16, 16)},
          {"16 chains of 16", bundle(16, 16)},
          {"32 and a chain of 32", unbalanced(32, 32)}};
}

std::vector<std::vector<std::size_t>> predecessors_of(const GraphShape& shape) {
  std::vector<std::vector<std::size_t>> before(shape.size);
  for (const auto& [from, to] : shape.edges) before[to].push_back(from);
  return before;
}

/// What node `number` makes of the sum of what it gets.
std::uint64_t node_answer(std::size_t number, std::uint64_t sum, const NodeWork& work) {
  return bench::work_on(sum + number, work);
}

/// The work without an engine: one array of numbers, an index per node.
class BareNodes {
 public:
  BareNodes(const GraphShape& shape, const NodeWork& work)
      : before_(predecessors_of(shape)), work_(work), answers_(shape.size) {}

  void compute(std::size_t node) {
    std::uint64_t sum = 0;
    for (const std::size_t from : before_[node]) sum += answers_[from];
    answers_[node] = node_answer(node, sum, work_);
  }
  [[nodiscard]] std::uint64_t last() const { return answers_.back(); }
  [[nodiscard]] std::size_t size() const { return answers_.size(); }

 private:
  std::vector<std::vector<std::size_t>> before_;
  NodeWork work_;
  std::vector<std::uint64_t> answers_;
};

Op<> ember_node(std::size_t number, const NodeWork& work) {
  return op("node", [number, work](const Value& input) -> Value {
    std::uint64_t sum = 0;
    if (input.is_integer()) {
      sum = static_cast<std::uint64_t>(input.integer());
    } else {
      for (const Value& item : input.items()) sum += static_cast<std::uint64_t>(item.integer());
    }
    return static_cast<std::int64_t>(node_answer(number, sum, work));
  });
}

/// One predecessor: its output is the input. Several: a list of their outputs.
xcs::XCSGraph ember_graph(const GraphShape& shape, const NodeWork& work) {
  const auto before = predecessors_of(shape);
  xcs::XCSGraph graph;
  for (std::size_t node = 0; node < shape.size; ++node) {
    xcs::Binding input = xcs::Binding::of_literal(0);
    if (before[node].size() == 1) {
      input = xcs::Binding::of_node(before[node].front());
    } else if (before[node].size() > 1) {
      input.form = xcs::Binding::Form::list;
      for (const std::size_t from : before[node]) input.parts.emplace_back("", xcs::Binding::of_node(from));
    }
    graph.add_recorded_node(ember_node(node, work).reference(), std::move(input));
  }
  return graph;
}

void check(const char* who, std::uint64_t found, std::uint64_t expected) {
  if (found == expected) return;
  std::fprintf(stderr, "%s computed %llu, not %llu\n", who, static_cast<unsigned long long>(found),
               static_cast<unsigned long long>(expected));
  std::exit(1);
}

/// All contenders on one shape and one kind of node.
class Contest {
 public:
  Contest(const Shape& shape, const NodeWork& work)
      : bare_(shape.graph, work),
        graph_(ember_graph(shape.graph, work)),
        compiled_(graph_),
        flow_(shape.graph, [this](std::size_t node) { bare_.compute(node); }),
        pool_(shape.graph, std::thread::hardware_concurrency(),
              [this](std::size_t node) { bare_.compute(node); }) {
    run_bare();
    expected_ = bare_.last();
    add_ember("sequential", {.scheduler = "sequential"});
    add_ember("parallel", {.scheduler = "parallel"});
    add_ember("wave", {.scheduler = "wave"});
    add_ember("auto", {});
    add_without("no fusion", {.chain_fusion = false});
    add_without("no ranks", {.priorities = false});
    contenders_.push_back({"execute()", [this] { check_ember(xcs::execute(graph_)); }});
    contenders_.push_back({"oneTBB", [this] { flow_.run(); }});
    contenders_.push_back({"condvar pool", [this] { pool_.run(); }});
    contenders_.push_back({"plain loop", [this] { run_bare(); }});
  }

  [[nodiscard]] const std::vector<Contender>& contenders() const { return contenders_; }
  [[nodiscard]] double nodes() const { return static_cast<double>(bare_.size()); }
  /// Runs each once; all must compute the same.
  void verify() const {
    for (const Contender& contender : contenders_) {
      contender.run();
      check(contender.name.c_str(), bare_.last(), expected_);
    }
  }

 private:
  void run_bare() {
    for (std::size_t node = 0; node < bare_.size(); ++node) bare_.compute(node);
  }
  void add_ember(const char* name, const xcs::ExecutionOptions& options) {
    contenders_.push_back({name, [this, options] { check_ember(compiled_.run({}, options)); }});
  }
  void add_without(const char* name, const xcs::PlanPasses& passes) {
    const xcs::CompiledGraph compiled(graph_, xcs::OutputNodes::all(), passes);
    contenders_.push_back(
        {name, [this, compiled] { check_ember(compiled.run({}, {.scheduler = "parallel"})); }});
  }
  void check_ember(const xcs::Results& results) const {
    check("ember", static_cast<std::uint64_t>(results.values().back().integer()), expected_);
  }

  BareNodes bare_;
  xcs::XCSGraph graph_;
  xcs::CompiledGraph compiled_;
  bench::FlowGraph flow_;
  bench::CondvarPool pool_;
  std::uint64_t expected_ = 0;
  std::vector<Contender> contenders_;
};

struct Settings {
  std::size_t rounds = 9;
  std::string shape;
  std::string work;
};

void print_header(const Contest& contest, const char* unit) {
  std::printf("%-24s %-8s", unit, "nodes");
  for (const Contender& contender : contest.contenders()) std::printf(" %12s", contender.name.c_str());
  std::printf(" %10s %10s\n", "auto/best", "auto/TBB");
}

void print_line(const Contest& contest, const char* shape, const char* work,
                const std::vector<double>& nanoseconds) {
  std::printf("%-24s %-8s", shape, work);
  for (const double time : nanoseconds) std::printf(" %12.1f", time / contest.nodes());
  const double best = std::min({nanoseconds[0], nanoseconds[1], nanoseconds[2]});
  std::printf(" %10.3f %10.2f\n", nanoseconds[3] / best, nanoseconds[3] / nanoseconds[7]);
  std::fflush(stdout);
}

void run_contests(const Settings& settings, const std::vector<NodeWork>& works) {
  bool is_first = true;
  for (const NodeWork& work : works) {
    if (!settings.work.empty() && std::strstr(work.name, settings.work.c_str()) == nullptr) continue;
    for (const Shape& shape : shapes()) {
      if (!settings.shape.empty() && std::strstr(shape.name, settings.shape.c_str()) == nullptr) continue;
      const auto contest = std::make_unique<Contest>(shape, work);
      contest->verify();
      if (std::exchange(is_first, false)) print_header(*contest, "wall, then CPU, ns per node");
      std::vector<double> wall;
      std::vector<double> cpu;
      for (const bench::Timing& timing :
           bench::time_interleaved(contest->contenders(), settings.rounds, std::chrono::milliseconds(4))) {
        wall.push_back(timing.wall);
        cpu.push_back(timing.cpu);
      }
      print_line(*contest, shape.name, work.name, wall);
      print_line(*contest, "", "cpu", cpu);
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    if (name == "--rounds") settings.rounds = std::strtoul(arguments[i + 1], nullptr, 10);
    if (name == "--shape") settings.shape = arguments[i + 1];
    if (name == "--work") settings.work = arguments[i + 1];
  }
  double load = 0;
  (void)!getloadavg(&load, 1);
  std::printf("%u cores, load %.1f, %zu rounds\n", std::thread::hardware_concurrency(), load,
              settings.rounds);
  const double step = bench::nanoseconds_per_step();
  run_contests(settings, {{"trivial", {}, 0},
                          bench::work_of("1 us", std::chrono::microseconds(1), step),
                          bench::work_of("10 us", std::chrono::microseconds(10), step),
                          bench::work_of("100 us", std::chrono::microseconds(100), step),
                          {"sleep 10", {}, 0, std::chrono::microseconds(10)},
                          {"sleep 100", {}, 0, std::chrono::microseconds(100)}});
}
