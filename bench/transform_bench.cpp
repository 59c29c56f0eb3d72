// What do transforms add to the calls that they make? Trivial items through vmap beside a loop, short items
// through pmap on two workers, items that wait, and numbers in an array.
//   transform_bench [--rounds N]
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
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

/// Computes for about a microsecond.
double spin(std::int64_t seed) {
  double value = static_cast<double>(seed % 97) + 1.5;
  for (int i = 0; i < 60; ++i) value = std::sqrt(value * value + 1.0);
  return value;
}

void report_short(std::size_t rounds) {
  const Op<> work = op("work", [](const Value& x) -> Value { return spin(x.integer()); });
  const Op<> parallel = xcs::pmap(work, {.num_workers = 2});
  const Value items = numbers(200'000);
  const auto timings = bench::time_interleaved(
      {{"loop", [&] { (void)loop(work, items); }}, {"pmap", [&] { (void)parallel(items); }}}, rounds,
      std::chrono::milliseconds(1));
  std::printf("items of %.0f ns, pmap on 2 workers: %.2f times as fast as the loop\n",
              timings[0].wall / static_cast<double>(items.size()), timings[0].wall / timings[1].wall);
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
  report_waiting(rounds);
  report_trivial(rounds);
  report_short(rounds);
}
