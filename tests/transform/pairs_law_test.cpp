// The law of pairs: every transform of every other one gives what nested loops give, fails as they fail, and
// keeps the one bound on workers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include <ember/compose.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>
#include <ember/vmap_stream.hpp>

#include "law_parts.hpp"
#include "support/gate.hpp"

namespace ember {
namespace {

using test::below;
using test::Random;

enum class Way { vmap, pmap, mesh, composed, stream, structural, enhanced, trace };
constexpr std::array ways = {Way::vmap,   Way::pmap,       Way::mesh,     Way::composed,
                             Way::stream, Way::structural, Way::enhanced, Way::trace};

std::string name_of(Way way) {
  constexpr std::array names = {"vmap",   "pmap",       "mesh",     "compose",
                                "stream", "structural", "enhanced", "trace"};
  return names[static_cast<std::size_t>(way)];
}

/// True for transforms that take a list of what the operator takes.
bool divides(Way way) {
  return way < Way::structural;
}

/// A composite whose one call is of `inner`, jitted.
Op<> jitted(const Op<>& inner, const std::string& mode) {
  return xcs::jit(op("composite", [inner](Var<Value> x) -> Var<Value> { return inner(x); }), {.mode = mode});
}

/// An operator that reads a stream: the list of its outputs.
Op<> streamed(const Op<>& inner) {
  return op("streamed", [inner](const Value& items) -> Value {
    ValueStream outputs = xcs::vmap_stream(inner, ValueStream(items.items()), {.batch_size = 3});
    return Value::list({outputs.begin(), ValueStream::end()});
  });
}

Op<> transformed(Way way, const Op<>& inner) {
  switch (way) {
    case Way::vmap:
      return xcs::vmap(inner);
    case Way::pmap:
      return xcs::pmap(inner, {.num_workers = 3, .granularity = "item"});
    case Way::mesh:
      return xcs::mesh_sharded(
          inner, xcs::DeviceMesh({.shape = {2, 2}}),
          xcs::MeshOptions{.partition_spec = xcs::PartitionSpec(0, 1), .granularity = "item"});
    case Way::composed:
      return xcs::compose(xcs::vmap({.batch_size = 2}), xcs::jit)(inner);
    case Way::stream:
      return streamed(inner);
    default:
      return jitted(inner, name_of(way));
  }
}

/// Three times its input; some inputs are refused. Counts how many calls execute at once.
class Tripling final : public Operator<> {
 public:
  Tripling(std::int64_t refused, testing::Peak& peak) : refused_(refused), peak_(peak) {}
  Value forward(const Value& input) const override {
    const testing::Peak::Visit visit(peak_);
    (void)Context::current().sleep_for(std::chrono::milliseconds(1 + input.integer() % 3));
    return answer(input, refused_);
  }
  static Value answer(const Value& input, std::int64_t refused) {
    if (input.integer() == refused) throw std::runtime_error("refused " + std::to_string(refused));
    return input.integer() * 3;
  }

 private:
  std::int64_t refused_;
  testing::Peak& peak_;
};

/// The same without a thread.
class AsyncTripling final : public Operator<> {
 public:
  AsyncTripling(std::int64_t refused, testing::Peak& peak) : refused_(refused), peak_(peak) {}
  void forward_async(Value input, Context context, Completion done) const override {
    auto visit = std::make_shared<testing::Peak::Visit>(peak_);
    auto shared = std::make_shared<Completion>(std::move(done));
    const auto end = [visit = std::move(visit), shared, input, refused = refused_]() mutable {
      visit.reset();
      try {
        (*shared)(Tripling::answer(input, refused));
      } catch (...) {
        shared->fail(std::current_exception());
      }
    };
    context.clock()->call_at(
        time_after(context.clock()->now(), std::chrono::milliseconds(1 + input.integer() % 3)), end);
  }

 private:
  std::int64_t refused_;
  testing::Peak& peak_;
};

/// Lists in lists, `depth` of them, with numbers at the bottom that are all different.
Value random_nest(Random& random, int depth, std::int64_t& next) {
  if (depth == 0) return next++;
  std::vector<Value> items;
  for (std::size_t i = below(random, 7); i > 0; --i) items.push_back(random_nest(random, depth - 1, next));
  return Value::list(std::move(items));
}

/// What loops in loops give.
Value looped(const Value& nest, std::int64_t refused) {
  if (!nest.is_list()) return Tripling::answer(nest, refused);
  std::vector<Value> outputs;
  for (const Value& item : nest.items()) outputs.push_back(looped(item, refused));
  return Value::list(std::move(outputs));
}

/// The output, or the first failure as it was thrown.
struct Outcome {
  Value output = {};
  std::string failure = {};
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
[[maybe_unused]] void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << (outcome.failure.empty() ? to_json(outcome.output) : outcome.failure);
}

template <class Body>
Outcome outcome_of(const Body& body) {
  try {
    return {body(), {}};
  } catch (...) {
    return {{}, message_of(root_cause(std::current_exception()))};
  }
}

/// What the cases came to, all together: a law about failures and overlap has to meet them.
struct Seen {
  int failures = 0;
  std::size_t most = 0;
};

void check_pair(Way outer, Way inner, Random& random, Seen& seen) {
  std::int64_t count = 0;
  const Value input = random_nest(random, divides(outer) + divides(inner), count);
  const std::int64_t refused = below(random, 2) == 0 ? -1 : static_cast<std::int64_t>(below(random, 10));
  const bool is_async = below(random, 2) == 0;
  testing::Peak peak;
  const Op<> leaf = is_async ? Op<>(AsyncTripling(refused, peak)) : Op<>(Tripling(refused, peak));
  const Op<> both = transformed(outer, transformed(inner, leaf));
  xcs::ExecutionOptions options;
  const int workers = static_cast<int>(below(random, 4));
  if (workers > 0) options.max_workers = workers;
  options.use_parallel = below(random, 4) > 0;
  const std::string what = name_of(outer) + " of " + name_of(inner) + (is_async ? " of async, " : ", ") +
                           std::to_string(workers) + " workers, " + to_json(input);
  Runtime::simulated({.seed = random()}).run([&] {
    const xcs::ExecutionScope scope(options);
    const Outcome expected = outcome_of([&] { return looped(input, refused); });
    EXPECT_EQ(outcome_of([&] { return both(input); }), expected) << what;
    seen.failures += expected.failure.empty() ? 0 : 1;
  });
  seen.most = std::max(seen.most, peak.most());
  const bool has_bound = workers > 0 && *options.use_parallel;
  EXPECT_LE(peak.most(), has_bound ? static_cast<std::size_t>(workers) : 1000U) << what;
  if (!*options.use_parallel) {
    EXPECT_LE(peak.most(), 1U) << what;
  }
}

class PairsLaw : public ::testing::TestWithParam<Way> {};

TEST_P(PairsLaw, GiveWhatNestedLoopsGiveWithinTheBound) {
  Seen seen;
  for (const Way inner : ways) {
    Random random(static_cast<std::uint64_t>(inner) + 1);
    for (int i = 0; i < 12 && !HasFailure(); ++i) check_pair(GetParam(), inner, random, seen);
  }
  EXPECT_GE(seen.failures, 4);
  EXPECT_GE(seen.most, 3U);
}

INSTANTIATE_TEST_SUITE_P(Outer, PairsLaw, ::testing::ValuesIn(ways),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace
}  // namespace ember
