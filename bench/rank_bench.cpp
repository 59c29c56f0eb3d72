// What do several processes gain, and what does it cost to send them work? All ranks run it; rank 0 prints.
//   mpirun -n 2 rank_bench [--rounds N]
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include <ember/array.hpp>
#include <ember/device_mesh.hpp>
#include <ember/execution_options.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/world.hpp>

#include "bench_arguments.hpp"
#include "interleaved.hpp"

namespace {

using namespace ember;
using bench::Contender;

Value numbers(std::size_t count) {
  std::vector<Value> items;
  for (std::size_t i = 0; i < count; ++i) items.emplace_back(i);
  return Value::list(std::move(items));
}

double compute(int steps) {
  double value = 1.5;
  for (int i = 0; i < steps; ++i) value = std::sqrt(value * value + 1.0);
  return value;
}

struct Meshes {
  xcs::DeviceMesh all = xcs::DeviceMesh::from_mpi();
  xcs::DeviceMesh one = all.get_submesh(xcs::MeshRange{0, 1});
};

/// How many steps take a millisecond on rank 0; every rank gets the same number.
int steps_per_millisecond(const Meshes& meshes) {
  const Op<> measure = op("measure", [](const Value&) -> Value {
    constexpr int sample = 5'000'000;
    const auto begin = std::chrono::steady_clock::now();
    const double result = compute(sample);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    return result > 0 ? static_cast<int>(sample / took.count()) : 1;
  });
  const Value steps = xcs::mesh_sharded(measure, meshes.one, xcs::PartitionSpec(0))(numbers(1));
  return static_cast<int>(steps[0].integer());
}

/// Medians of the wall time in nanoseconds. Unlike `time_interleaved` it makes a fixed number of calls: all
/// ranks have to make the same ones.
std::vector<double> time_in_step(const std::vector<Contender>& contenders, std::size_t rounds,
                                 std::size_t repeats) {
  std::vector<std::vector<double>> samples(contenders.size());
  for (const Contender& contender : contenders) contender.run();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t turn = 0; turn < contenders.size(); ++turn) {
      const std::size_t which = round % 2 == 0 ? turn : contenders.size() - 1 - turn;
      samples[which].push_back(bench::time_runs(contenders[which], repeats).wall);
    }
  }
  std::vector<double> medians;
  for (auto& sample : samples) medians.push_back(bench::median(sample));
  return medians;
}

void report_computing(const Meshes& meshes, std::size_t rounds, int steps, std::size_t items) {
  // One worker in each process: the gain is that of processes alone.
  const xcs::ExecutionScope scope({.max_workers = 1});
  const Op<> work = op("work", [steps](const Value& x) -> Value { return x.number() + compute(steps); });
  const Op<> on_one = xcs::mesh_sharded(work, meshes.one, xcs::PartitionSpec(0));
  const Op<> on_all = xcs::mesh_sharded(work, meshes.all, xcs::PartitionSpec(0));
  const Value batch = numbers(items);
  const auto times =
      time_in_step({{"one", [&] { (void)on_one(batch); }}, {"all", [&] { (void)on_all(batch); }}}, rounds, 1);
  if (!xcs::world().is_root()) return;
  std::printf("%zu items of %.0f us: %d ranks are %.2f times as fast as one\n", items,
              times[0] / 1e3 / static_cast<double>(items), xcs::world().size, times[0] / times[1]);
}

void report_overhead(const Meshes& meshes, std::size_t rounds) {
  const Op<> same = op("same", [](const Value& x) -> Value { return x; });
  const Op<> here =
      xcs::mesh_sharded(same, xcs::DeviceMesh({.shape = {xcs::world().size}}), xcs::PartitionSpec(0));
  const Op<> on_all = xcs::mesh_sharded(same, meshes.all, xcs::PartitionSpec(0));
  const Value none = numbers(0);
  const Value few = numbers(10'000);
  // Goes to every rank, and comes back from none.
  const Value large = array<double>({std::size_t{4} << 20}, std::vector<double>(std::size_t{4} << 20));
  const Op<> size = op("size", [](const Value& in) -> Value { return in["large"].size(); });
  const Op<> sizes = xcs::mesh_sharded(size, meshes.all, {.in_partition = {{"x", xcs::PartitionSpec(0)}}});
  const Value with_large = {{"x", numbers(4)}, {"large", large}};
  const Value with_small = {{"x", numbers(4)}, {"large", list({})}};
  const auto times = time_in_step({{"nothing", [&] { (void)on_all(none); }},
                                   {"few here", [&] { (void)here(few); }},
                                   {"few", [&] { (void)on_all(few); }},
                                   {"small", [&] { (void)sizes(with_small); }},
                                   {"large", [&] { (void)sizes(with_large); }}},
                                  rounds, 4);
  if (!xcs::world().is_root()) return;
  std::printf("a call without items: %.0f us\n", times[0] / 1e3);
  std::printf("an item: %.2f us over a mesh of this process\n", (times[2] - times[1]) / 1e3 / 1e4);
  std::printf("a megabyte to each other rank: %.0f us\n", (times[4] - times[3]) / 1e3 / 33.6);
}

}  // namespace

int main(int count, char** arguments) {
  const bench::BenchArguments options(count, arguments);
  const Meshes meshes;
  const int steps = steps_per_millisecond(meshes);
  report_computing(meshes, options.rounds, steps, 400);
  report_computing(meshes, options.rounds, steps / 10, 4000);
  report_overhead(meshes, options.rounds);
  return 0;
}
