// Cases of the behavioural specification: pmap, pjit, and those of other areas that need them.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include <ember/execution_error.hpp>
#include <ember/execution_options.hpp>
#include <ember/pmap.hpp>
#include <ember/runtime.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"
#include "support/gate.hpp"

namespace ember {
namespace {

using test::CallLogPtr;
using test::error_of;
using test::make_log;
using test::process_item;
using test::Scripted;
using xcs::pmap;
using xcs::vmap;

Op<> document_analyzer() {
  return Scripted([](const Value& in) -> Value {
    std::vector<Value> analysis;
    for (const Value& document : in["documents"].items())
      analysis.emplace_back("Analysis of " + document.string());
    return {{"analysis", Value::list(std::move(analysis))}};
  });
}

/// Gives its input under the same names, and logs it.
Op<> logging(CallLogPtr log) {
  return Scripted([](const Value& in) { return in; }, std::move(log));
}

/// The sizes of the shards in order of the batch.
std::vector<std::size_t> shard_sizes(std::size_t items, const xcs::PmapOptions& options) {
  const Op<> measure = Scripted([](const Value& in) -> Value { return {{"sizes", list({in["x"].size()})}}; });
  std::vector<std::size_t> sizes;
  const Value out = pmap(measure, options)({{"x", test::numbers(items)}});
  for (const Value& size : out["sizes"].items()) sizes.push_back(static_cast<std::size_t>(size.integer()));
  return sizes;
}

using Sizes = std::vector<std::size_t>;

TEST(Conformance, pmap_001) {
  const auto scope = xcs::execution_options({.enable_caching = true, .timeout_seconds = 10.0});
  const Value out = pmap(document_analyzer(),
                         {.num_workers = 4})({{"documents", list({"doc1.txt", "doc2.txt", "doc3.txt"})}});
  EXPECT_EQ(
      out,
      (Value{{"analysis", list({"Analysis of doc1.txt", "Analysis of doc2.txt", "Analysis of doc3.txt"})}}));
}

TEST(Conformance, pmap_002) {
  EXPECT_EQ(pmap(process_item())({{"data", list({"a", "b", "c"})}, {"id", list({1, 2, 3})}}),
            (Value{{"processed", list({"A", "B", "C"})}, {"id", list({1, 2, 3})}}));
}

TEST(Conformance, pmap_003) {
  const Op<> processor = Scripted([](const Value& in) -> Value {
    const std::string image = in.get("image", "").string();
    return {{"processed", "Processed(image-model-v2, medium): " + image.substr(0, 10) + "..."},
            {"metadata", {{"format", "png"}, {"size", image.size()}}}};
  });
  std::vector<Value> images;
  for (int i = 0; i < 100; ++i) images.emplace_back("image_data_" + std::to_string(i));
  const auto scope =
      xcs::execution_options({.device_strategy = "auto", .enable_caching = true, .timeout_seconds = 30.0});
  const Value out = pmap(vmap(processor), {.num_workers = 4})(
      {{"image", Value::list(images)}, {"options", {{"format", "json"}}}});
  ASSERT_EQ(out["processed"].size(), 100U);
  for (const Value& text : out["processed"].items())
    EXPECT_EQ(text.string(), "Processed(image-model-v2, medium): image_data...");
  EXPECT_EQ(out["metadata"][0], (Value{{"format", "png"}, {"size", 12}}));
  EXPECT_EQ(out["metadata"][99], (Value{{"format", "png"}, {"size", 13}}));
}

/// InferencePipeline of the guide, in one piece; `declares`: its input model says that data is a string.
class Inference final : public Operator<> {
 public:
  explicit Inference(bool declares) {
    if (declares)
      specification_.emplace(SpecificationParts{.input_model = Schema("In", {{"data", Schema::string()}})});
  }
  [[nodiscard]] const Specification* specification() const override {
    return specification_ ? &*specification_ : nullptr;
  }
  Value forward(const Value& in) const override {
    return {{"result", "Result(structured): Prediction(complex-model, float32): Preprocessed(enhanced): " +
                           in["data"].string().substr(0, 10) + "..."}};
  }

 private:
  std::optional<Specification> specification_;
};

TEST(Conformance, pmap_005) {
  std::vector<Value> data;
  for (int i = 0; i < 50; ++i) data.emplace_back("data_sample_" + std::to_string(i));
  const Value batch = {{"data", Value::list(data)}, {"config", {{"format", "structured"}}}};
  const auto scope = xcs::execution_options({.device_strategy = "gpu", .trace_execution = true});
  for (const auto& run : {pmap(Inference(true), {.num_workers = 8}),
                          pmap(Inference(false), {.num_workers = 8, .granularity = "item"})}) {
    const Value out = run(batch);
    ASSERT_EQ(out["result"].size(), 50U);
    for (const Value& text : out["result"].items()) {
      EXPECT_EQ(
          text.string(),
          "Result(structured): Prediction(complex-model, float32): Preprocessed(enhanced): data_sampl...");
    }
  }
}

TEST(Conformance, pmap_013) {
  EXPECT_EQ(shard_sizes(5, {.num_workers = 2}), (Sizes{3, 2}));
  EXPECT_EQ(shard_sizes(5, {.num_workers = 4}), (Sizes{2, 1, 1, 1}));
}

TEST(Conformance, pmap_014) {
  EXPECT_EQ(shard_sizes(9, {.num_workers = 4}), (Sizes{3, 2, 2, 2}));
}

TEST(Conformance, pmap_015) {
  const auto log = make_log();
  const auto scope = xcs::execution_options({.use_parallel = false});
  (void)pmap(logging(log), {.num_workers = 2})(
      {{"prompts", list({"a", "b", "c", "d"})}, {"contexts", list({"w", "x", "y", "z"})}});
  EXPECT_EQ(log->inputs(),
            (std::vector<Value>{{{"prompts", list({"a", "b"})}, {"contexts", list({"w", "x"})}},
                                {{"prompts", list({"c", "d"})}, {"contexts", list({"y", "z"})}}}));
}

TEST(Conformance, pmap_016) {
  const auto log = make_log();
  const Value config = {{"config", {{"mode", "m"}}}};
  EXPECT_EQ(pmap(logging(log), {.num_workers = 4})(config), config);
  EXPECT_EQ(log->inputs(), std::vector<Value>{config});
}

TEST(Conformance, pmap_017) {
  const Op<> f = Scripted([](const Value& in) -> Value {
    return {{"results", in["x"]}, {"count", in["x"].size()}};
  });
  EXPECT_EQ(pmap(f, {.num_workers = 2})({{"x", list({"a", "b", "c", "d"})}}),
            (Value{{"results", list({"a", "b", "c", "d"})}, {"count", list({2, 2})}}));
}

TEST(Conformance, pmap_019) {
  const Op<> count = Scripted([](const Value& in) -> Value { return {{"count", in["x"].size()}}; });
  EXPECT_EQ(pmap(count, {.num_workers = 1})({{"x", list({1, 2, 3})}}), (Value{{"count", list({3})}}));
  EXPECT_EQ(pmap(count, {.num_workers = 3})({{"x", list({1, 2, 3})}}), (Value{{"count", list({1, 1, 1})}}));
}

TEST(Conformance, pmap_021) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const Op<> where = Scripted([&](const Value& in) -> Value {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    return in;
  });
  for (const int workers : {10, 10'000}) {
    EXPECT_EQ(pmap(where, {.num_workers = workers})(list({1, 2})), list({1, 2}));
    EXPECT_LE(threads.size(), 2U);
    threads.clear();
  }
}

TEST(Conformance, pmap_023) {
  const auto error = error_of<TransformError>([] {
    (void)pmap(logging(make_log()))(
        {{"prompts", list({"a", "b", "c", "d"})}, {"contexts", list({"w", "x"})}});
  });
  const std::string message = error.what();
  EXPECT_NE(message.find("prompts has 4"), std::string::npos) << message;
  EXPECT_NE(message.find("contexts has 2"), std::string::npos) << message;
}

Op<> failing_on_fail_input() {
  return Scripted([](const Value& in) -> Value {
    const Value& prompts = in["prompts"];
    for (const Value& prompt : prompts.is_list() ? prompts.items() : std::vector<Value>{prompts}) {
      if (prompt == Value("fail_input")) throw std::runtime_error("no luck");
    }
    return {{"results", prompts}};
  });
}

TEST(Conformance, pmap_025) {
  const Value prompts = {{"prompts", list({"ok1", "ok2", "fail_input", "ok4"})}};
  for (const char* granularity : {"shard", "item"}) {
    const auto error = error_of<xcs::ParallelExecutionError>([&] {
      (void)pmap(failing_on_fail_input(), {.num_workers = 2, .granularity = granularity})(prompts);
    });
    EXPECT_EQ(error.shard(), 1U);
    EXPECT_EQ(message_of(error.cause()), "no luck");
    EXPECT_NE(std::string(error.what()).find("shard 1"), std::string::npos) << error.what();
    EXPECT_EQ(error.code(), Errc::parallel_execution);
  }
}

TEST(Conformance, pmap_028) {
  EXPECT_EQ(shard_sizes(9, {.num_workers = 4, .sharding_options = {.max_shard_size = 1}}), Sizes(9, 1));
}

TEST(Conformance, pmap_029) {
  const auto log = make_log();
  const Value table = list({10, 20, 30});
  (void)pmap(logging(log), {.num_workers = 2, .in_axes = {{"x", 0}, {"table", nullptr}}})(
      {{"x", list({1, 2, 3, 4})}, {"table", table}});
  ASSERT_EQ(log->count(), 2U);
  for (const Value& input : log->inputs()) {
    EXPECT_EQ(input["table"], table);
    EXPECT_EQ(input["x"].size(), 2U);
  }
}

TEST(Conformance, pmap_030) {
  Runtime::simulated({.seed = 30}).run([] {
    const Op<> uneven = Scripted([](const Value& in) -> Value {
      (void)Context::current().sleep_for(std::chrono::seconds(in["x"][0].integer() == 0 ? 5 : 1));
      return in;
    });
    EXPECT_EQ(pmap(uneven, {.num_workers = 2})({{"x", test::numbers(4)}})["x"], test::numbers(4));
  });
}

TEST(Conformance, pmap_033) {
  const auto log = make_log();
  const auto caller = std::this_thread::get_id();
  const Op<> here = Scripted(
      [caller](const Value& in) -> Value {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        return in;
      },
      log);
  const Value input = {{"x", test::numbers(5)}};
  const auto scope = xcs::execution_options({.use_parallel = false});
  EXPECT_EQ(pmap(here, {.num_workers = 2})(input), input);
  EXPECT_EQ(log->inputs(), (std::vector<Value>{{{"x", list({0, 1, 2})}}, {{"x", list({3, 4})}}}));
}

TEST(Conformance, pmap_034) {
  const auto scope = xcs::execution_options({.max_workers = 1});
  EXPECT_EQ(pmap(vmap(process_item()),
                 {.num_workers = 4})({{"data", list({"a", "b", "c"})}, {"id", list({1, 2, 3})}}),
            (Value{{"processed", list({"A", "B", "C"})}, {"id", list({1, 2, 3})}}));
}

TEST(Conformance, pmap_035) {
  const auto inner = pmap(test::doubling(), {.num_workers = 2});
  const Op<> outer = Scripted([inner](const Value& in) { return inner(in); });
  EXPECT_EQ(pmap(outer, {.num_workers = 2})(test::numbers(6)), list({0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(pmap(pmap(outer, {.num_workers = 2}), {.num_workers = 2})(test::numbers(6)),
            list({0, 2, 4, 6, 8, 10}));
}

TEST(Conformance, pjit_001) {
  const Op<> f = op("f", [](const Value& in) -> Value {
    return {{"results", in["prompts"].string() + "_processed"}};
  });
  EXPECT_EQ(xcs::pjit(f, {.num_workers = 2})({{"prompts", list({"pj1", "pj2", "pj3", "pj4"})}})["results"],
            list({"pj1_processed", "pj2_processed", "pj3_processed", "pj4_processed"}));
}

TEST(Conformance, pjit_002) {
  const auto log = make_log();
  const auto f = op("f", [log](const Value& cfg, const Value& x) -> Value {
    log->add(cfg);
    return x.integer() + static_cast<std::int64_t>(cfg.size());
  });
  xcs::PjitOptions options;
  options.num_workers = 2;
  options.static_argnums = {0};
  EXPECT_EQ(xcs::pjit(f, options)(list({"a", "b", "c"}), list({1, 2})), list({4, 5}));
  EXPECT_EQ(log->inputs(), (std::vector<Value>{list({"a", "b", "c"}), list({"a", "b", "c"})}));
}

TEST(Conformance, timeout_004) {
  const auto runtime = Runtime::simulated({.seed = 4});
  runtime.run([&] {
    const Op<> sleepy = Scripted([](const Value& in) -> Value {
      (void)Context::current().sleep_for(std::chrono::milliseconds(300));
      return in;
    });
    const Value input = {{"x", test::numbers(8)}};
    const auto took = [&](const auto& call) {
      const TimePoint begin = runtime.now();
      EXPECT_THROW((void)call(input), xcs::ExecutionTimeoutError);
      return to_seconds(runtime.now() - begin);
    };
    EXPECT_DOUBLE_EQ(took(pmap(sleepy, {.num_workers = 2, .granularity = "item", .timeout_seconds = 0.4})),
                     0.4);
    const auto scope = xcs::execution_options({.timeout_seconds = 0.4});
    EXPECT_DOUBLE_EQ(took(pmap(sleepy, {.num_workers = 2, .granularity = "item"})), 0.4);
  });
}

TEST(Conformance, fallback_006) {
  const auto log = make_log();
  EXPECT_EQ(pmap(test::doubling(log))(list({})), list({}));
  EXPECT_EQ(vmap(test::doubling(log))(list({})), list({}));
  EXPECT_EQ(log->count(), 0U);
}

}  // namespace
}  // namespace ember
