// What do transforms add to the calls that they make? Trivial items through vmap beside a loop, short items
// through pmap on two workers, items that wait, and numbers in an array.
//   transform_bench [--rounds N] [--only waiting|trivial|short|array]
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <ember/array.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include "bench_arguments.hpp"
#include "interleaved.hpp"
#include "waiting_op.hpp"

namespace {

using namespace ember;
using bench::Contender;

constexpr std::size_t item_count = 1'000'000;

Value numbers(std::size_t count) {
  std::vector<Value> items;
  for (std::size_t i = 0; i < count; ++i) items.emplace_back(i);
  return Value::list(std::move(items));
}

/// One call per item, as anybody would write it.
Value loop(const Op<>& op, const Value& items) {
  std::vector<Value> outputs;
  outputs.reserve(items.size());
  for (const Value& item : items.items()) outputs.push_back(op(item));
  return Value::list(std::move(outputs));
}

void report_trivial(std::size_t rounds) {
  const Op<> next = op("next", [](const Value& x) -> Value { return x.integer() + 1; });
  const Op<> batch = xcs::vmap(next);
  const Value items = numbers(item_count);
  const auto timings = bench::time_interleaved(
      {{"loop", [&] { (void)loop(next, items); }}, {"vmap", [&] { (void)batch(items); }}}, rounds,
      std::chrono::milliseconds(1));
  const double plain = timings[0].wall / static_cast<double>(item_count);
  const double mapped = timings[1].wall / static_cast<double>(item_count);
  std::printf("trivial items, loop: %.0f ns each; vmap: %.0f ns, %+.0f over the loop (wall); CPU %+.0f\n",
              plain, mapped, mapped - plain,
              (timings[1].cpu - timings[0].cpu) / static_cast<double>(item_count));
}

double spin(std::int64_t seed, int steps) {
  double value = static_cast<double>(seed % 97) + 1.5;
  for (int i = 0; i < steps; ++i) value = std::sqrt(value * value + 1.0);
  return value;
}

/// The loop on two threads that have nothing else to do: what this machine can give.
void two_threads(const Op<>& op, const Value& items) {
  std::vector<Value> outputs(items.size());
  const auto half = [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) outputs[i] = op(items.items()[i]);
  };
  std::thread other(half, 0, items.size() / 2);
  half(items.size() / 2, items.size());
  other.join();
}

void report_short(std::size_t rounds, int steps) {
  const Op<> work = op("work", [steps](const Value& x) -> Value { return spin(x.integer(), steps); });
  const Op<> parallel = xcs::pmap(work, {.num_workers = 2});
  const Value items = numbers(10'000);
  const auto timings = bench::time_interleaved({{"loop", [&] { (void)loop(work, items); }},
                                                {"pmap", [&] { (void)parallel(items); }},
                                                {"two threads", [&] { two_threads(work, items); }}},
                                               rounds * 8, std::chrono::milliseconds(1));
  std::printf(
      "items of %.0f ns, pmap on 2 workers: %.2f times as fast as the loop, best rounds %.2f (two bare "
      "threads: %.2f, %.2f), CPU %+.0f ns an item\n",
      timings[0].best / static_cast<double>(items.size()), timings[0].wall / timings[1].wall,
      timings[0].best / timings[1].best, timings[0].wall / timings[2].wall, timings[0].best / timings[2].best,
      (timings[1].cpu - timings[0].cpu) / static_cast<double>(items.size()));
}

/// Not inlined: the same machine code by hand and behind the operator.
[[gnu::noinline]] void hypotenuses(std::span<const double> legs, std::span<double> outputs) {
  for (std::size_t i = 0; i < legs.size(); ++i) outputs[i] = std::sqrt(legs[i] * legs[i] + 1.0);
}

class Hypotenuse final : public Operator<double(double)> {
 public:
  double forward(const double& leg) const override { return std::sqrt(leg * leg + 1.0); }
  void forward_array(std::span<const double> legs, std::span<double> outputs) const override {
    hypotenuses(legs, outputs);
  }
};

void report_array(std::size_t rounds) {
  const Op<> batch = xcs::vmap(dynamic(Op(Hypotenuse())));
  const Op<> chunks = xcs::vmap(dynamic(Op(Hypotenuse())), {.batch_size = 100'000, .parallel = false});
  std::vector<double> legs;
  for (std::size_t i = 0; i < item_count; ++i) legs.push_back(static_cast<double>(i));
  const Value input = array<double>({item_count}, std::move(legs));
  const std::span<const double> elements = input.array().data<double>();
  const auto by_hand = [&] {
    const auto outputs = std::make_unique_for_overwrite<double[]>(item_count);
    hypotenuses(elements, {outputs.get(), item_count});
  };
  const auto timings = bench::time_interleaved(
      {{"loop", by_hand}, {"vmap", [&] { (void)batch(input); }}, {"chunks", [&] { (void)chunks(input); }}},
      rounds * 8, std::chrono::milliseconds(1));
  const auto report = [&](const char* name, const bench::Timing& timing) {
    std::printf("a million doubles, %s: %.3f times the loop by hand (%.2f ms); best rounds %.3f, CPU %.3f\n",
                name, timing.wall / timings[0].wall, timings[0].wall / 1e6, timing.best / timings[0].best,
                timing.cpu / timings[0].cpu);
  };
  report("forward_array", timings[1]);
  report("forward_array in 10 chunks, one after the other", timings[2]);
}

int thread_count() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("Threads:", 0) == 0) return std::stoi(line.substr(8));
  }
  return 0;
}

void report_waiting(std::size_t rounds) {
  const Op<> batch = xcs::vmap(bench::waiting_op());
  const Value items = numbers(10'000);
  std::vector<double> wall;
  for (std::size_t round = 0; round < rounds; ++round) {
    wall.push_back(bench::time_runs({"vmap", [&] { (void)batch(items); }}, 1).wall / 1e6);
  }
  std::printf("10,000 items of 100 ms each that wait: %.1f ms, %d threads\n", bench::median(wall),
              thread_count());
}

}  // namespace

int main(int count, char** arguments) {
  const bench::BenchArguments settings(count, arguments);
  const std::size_t rounds = settings.rounds;
  if (settings.wants("waiting")) report_waiting(rounds);
  if (settings.wants("trivial")) report_trivial(rounds);
  for (const int steps : {55, 115, 230}) {
    if (settings.wants("short")) report_short(rounds, steps);
  }
  if (settings.wants("array")) report_array(rounds);
}
