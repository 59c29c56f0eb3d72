// Cases of the behavioural specification: vmap.
#include <gtest/gtest.h>

#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/runtime.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"
#include "support/gate.hpp"

namespace ember {
namespace {

using test::CallLogPtr;
using test::doubling;
using test::make_log;
using test::message_of_error;
using test::Scripted;
using xcs::vmap;

Op<> text_processor() {
  return Scripted([](const Value& in) -> Value {
    return {{"processed", "Processed: " + in.get("text", "").string().substr(0, 100)}};
  });
}

/// The fields of each item, as `r`.
Op<> appending_processed(CallLogPtr log = make_log()) {
  return Scripted(
      [](const Value& in) -> Value {
        return {{"results", in["prompts"].string() + "_processed"}};
      },
      log);
}

TEST(Conformance, vmap_004) {
  const auto scope = xcs::execution_options({.use_parallel = true, .max_workers = 4});
  const Value out =
      vmap(text_processor())({{"text", list({"Sample text 1", "Sample text 2", "Sample text 3"})},
                              {"options", {{"format", "plain"}}}});
  EXPECT_EQ(out, (Value{{"processed", list({"Processed: Sample text 1", "Processed: Sample text 2",
                                            "Processed: Sample text 3"})}}));
}

class TextAnalysisPipeline final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override { return analyzer_(extractor_(inputs)); }

 private:
  Op<> extractor_ =
      child("extractor", op("extractor", [](const Value& in) -> Value {
              return {{"features",
                       "Features(comprehensive): " + in.get("text", "").string().substr(0, 20) + "..."}};
            }));
  Op<> analyzer_ = child("analyzer", op("analyzer", [](const Value& in) -> Value {
                           return {{"sentiment", "Sentiment(sentiment-v3): " + in["features"].string()}};
                         }));
};

TEST(Conformance, vmap_005) {
  const auto scope = xcs::execution_options({.use_parallel = true, .max_workers = 8, .enable_caching = true});
  const auto pipeline = vmap(xcs::structural_jit(TextAnalysisPipeline()));
  const Value out = pipeline({{"text", list({"This product exceeded my expectations!",
                                             "The service was terrible and I want a refund.",
                                             "Average experience, neither good nor bad."})},
                              {"include_details", true}});
  EXPECT_EQ(out["sentiment"],
            list({"Sentiment(sentiment-v3): Features(comprehensive): This product exceede...",
                  "Sentiment(sentiment-v3): Features(comprehensive): The service was terr...",
                  "Sentiment(sentiment-v3): Features(comprehensive): Average experience, ..."}));
}

TEST(Conformance, vmap_006) {
  const auto log = make_log();
  const auto scope = xcs::execution_options({.use_parallel = false});
  (void)vmap(Scripted([](const Value& in) { return in; }, log))({{"prompt", "p"}, {"seed", list({1, 2})}});
  EXPECT_EQ(log->inputs(),
            (std::vector<Value>{{{"prompt", "p"}, {"seed", 1}}, {{"prompt", "p"}, {"seed", 2}}}));
}

TEST(Conformance, vmap_007) {
  EXPECT_EQ(vmap(doubling())(list({1, 2, 3})), list({2, 4, 6}));
}

TEST(Conformance, vmap_008) {
  const auto log = make_log();
  EXPECT_EQ(vmap(doubling(log))(list({})), list({}));
  EXPECT_EQ(log->count(), 0U);
}

Op<Value(Value, Value)> adding() {
  return op("add", [](const Value& x, const Value& y) -> Value { return x.integer() + y.integer(); });
}

TEST(Conformance, vmap_011) {
  EXPECT_EQ(vmap(adding(), {.in_axes = {0, nullptr}})(list({1, 2, 3}), 10), list({11, 12, 13}));
}

TEST(Conformance, vmap_013) {
  EXPECT_EQ(vmap(vmap(doubling()))(list({list({1}), list({2, 3, 4})})), list({list({2}), list({4, 6, 8})}));
}

TEST(Conformance, vmap_014) {
  const auto log = make_log();
  const Value config = {{"mode", "test"}};
  const auto batch = vmap(appending_processed(log), {.in_axes = {{"prompts", 0}}});
  const Value out = batch({{"prompts", list({"a", "b", "c"})}, {"config", config}});
  EXPECT_EQ(out["results"], list({"a_processed", "b_processed", "c_processed"}));
  ASSERT_EQ(log->count(), 3U);
  for (const Value& input : log->inputs()) EXPECT_EQ(input["config"], config);
}

TEST(Conformance, vmap_015) {
  const Op<> f = Scripted([](const Value& in) -> Value {
    return {{"y", static_cast<std::int64_t>(in["table"].size()) + in["x"].integer()}};
  });
  EXPECT_EQ(vmap(f, {.in_axes = {{"x", 0}, {"table", nullptr}}})(
                {{"x", list({1, 2})}, {"table", list({10, 20, 30})}}),
            (Value{{"y", list({4, 5})}}));
}

TEST(Conformance, vmap_016) {
  const auto log = make_log();
  const Value table = list({10, 20, 30});
  (void)vmap(Scripted([](const Value& in) { return in; }, log),
             {.in_axes = {{"x", 0}}})({{"x", list({1, 2})}, {"table", table}});
  ASSERT_EQ(log->count(), 2U);
  for (const Value& input : log->inputs()) EXPECT_EQ(input["table"], table);
}

TEST(Conformance, vmap_018) {
  const auto log = make_log();
  const Op<> sum = Scripted(
      [](const Value& in) -> Value {
        std::int64_t total = 0;
        for (const Value& number : in["m"].items()) total += number.integer();
        return total;
      },
      log);
  const auto scope = xcs::execution_options({.use_parallel = false});
  EXPECT_EQ(vmap(sum, {.in_axes = 1})({{"m", list({list({1, 2}), list({3, 4}), list({5, 6})})}}),
            list({9, 12}));
  EXPECT_EQ(log->inputs(), (std::vector<Value>{{{"m", list({1, 3, 5})}}, {{"m", list({2, 4, 6})}}}));
}

TEST(Conformance, vmap_021) {
  const auto three = op("three", [](const Value& x, const Value&, const Value&) -> Value { return x; });
  EXPECT_NE(message_of_error<TransformError>([&] {
              (void)vmap(three, {.in_axes = {0, nullptr}})(list({1}), 2, 3);
            }).find("2 entries for 3 arguments"),
            std::string::npos);
}

TEST(Conformance, vmap_022) {
  const std::string message = message_of_error<TransformError>([] {
    (void)vmap(text_processor())({{"prompts", list({"p1", "p2"})}, {"contexts", list({"c1", "c2", "c3"})}});
  });
  EXPECT_NE(message.find("Inconsistent batch sizes"), std::string::npos);
  EXPECT_NE(message.find("prompts has 2"), std::string::npos);
  EXPECT_NE(message.find("contexts has 3"), std::string::npos);
}

TEST(Conformance, vmap_023) {
  const Op<> f = Scripted([](const Value& in) -> Value {
    return {{"r", in["prompts"].string() + "+" + in["contexts"].string()}};
  });
  EXPECT_EQ(vmap(f)({{"prompts", list({"p1", "p2", "p3"})}, {"contexts", list({"c1", "c2", "c3"})}}),
            (Value{{"r", list({"p1+c1", "p2+c2", "p3+c3"})}}));
}

TEST(Conformance, vmap_025) {
  const std::string message = message_of_error<TransformError>([] {
    (void)vmap(text_processor())({{"prompt", "single"}});
  });
  EXPECT_NE(message.find("no batched input"), std::string::npos);
}

TEST(Conformance, vmap_026) {
  const Op<> f = Scripted([](const Value& in) -> Value {
    return {{"r", in["prompts"].is_null() ? Value("NULL") : in["prompts"]}};
  });
  EXPECT_EQ(vmap(f)({{"prompts", list({nullptr, "valid", nullptr})}}),
            (Value{{"r", list({"NULL", "valid", "NULL"})}}));
}

TEST(Conformance, vmap_027) {
  const Value prompts = list({"a\nb", "tab\there", "\"quoted\"", "\xF0\x9F\x98\x80 emoji"});
  const Op<> echo = Scripted([](const Value& in) -> Value { return {{"r", in["prompts"]}}; });
  EXPECT_EQ(vmap(echo)({{"prompts", prompts}})["r"], prompts);
}

TEST(Conformance, vmap_029) {
  Runtime::simulated({.seed = 29}).run([] {
    const Op<> sleepy = Scripted([](const Value& in) -> Value {
      (void)Context::current().sleep_for(std::chrono::milliseconds(in["x"].integer() * 7919 % 21));
      return {{"y", in["x"]}};
    });
    EXPECT_EQ(vmap(sleepy)({{"x", test::numbers(30)}})["y"], test::numbers(30));
  });
}

TEST(Conformance, vmap_030) {
  const auto log = make_log();
  const Value mixed = list({Value{{"type", "dict"}}, 123, "string"});
  EXPECT_EQ(vmap(Scripted([](const Value& in) { return in; }, log))(mixed), mixed);
  EXPECT_EQ(log->count(), 3U);
}

TEST(Conformance, vmap_033) {
  const auto message = [](const Value& settings) {
    return message_of_error<TransformError>(
        [&] { (void)vmap(xcs::VmapOptions::from(settings))(text_processor()); });
  };
  for (const Value& size : {Value(-5), Value(0), Value(2.5)}) {
    EXPECT_NE(message({{"batch_size", size}}).find("batch_size must be positive"), std::string::npos);
  }
  EXPECT_THROW((void)vmap(text_processor(), {.batch_size = -5}), TransformError);
  EXPECT_THROW((void)vmap({.batch_size = 0}), TransformError);
}

TEST(Conformance, vmap_036) {
  const Op<> f = Scripted([](const Value& in) -> Value {
    if (in["x"].integer() == 1) return {{"a", 1}, {"b", 2}};
    return {{"a", 3}};
  });
  EXPECT_EQ(vmap(f)({{"x", list({1, 2})}}), (Value{{"a", list({1, 3})}, {"b", list({2, nullptr})}}));
}

/// {"v": [1, 2]} and {"v": [3]}.
Op<> ragged() {
  return Scripted([](const Value& in) -> Value {
    return {{"v", in["x"].integer() == 1 ? list({1, 2}) : list({3})}};
  });
}

TEST(Conformance, vmap_038) {
  EXPECT_EQ(vmap(ragged())({{"x", list({1, 2})}}), (Value{{"v", list({list({1, 2}), list({3})})}}));
  EXPECT_EQ(vmap(ragged(), {.out_axes = "concat"})({{"x", list({1, 2})}}), (Value{{"v", list({1, 2, 3})}}));
}

TEST(Conformance, vmap_039) {
  const Op<> f = Scripted([](const Value& in) -> Value { return in["x"].integer() * 10; });
  EXPECT_EQ(vmap(f)({{"x", list({1, 2, 3})}}), list({10, 20, 30}));
}

TEST(Conformance, vmap_040) {
  for (const char* name : {"results", "config", "metadata"}) {
    const Op<> echo = Scripted([name](const Value& in) -> Value { return {{"r", in[name]}}; });
    EXPECT_EQ(vmap(echo)(Value::mapping({{name, list({1, 2})}})), (Value{{"r", list({1, 2})}})) << name;
  }
}

TEST(Conformance, vmap_041) {
  const auto history = make_log();
  const auto batch = vmap(Scripted([](const Value& in) { return in; }, history));
  const auto scope = xcs::execution_options({.scheduler = "sequential"});
  (void)batch(list({1, 2}));
  (void)batch(list({3, 4}));
  EXPECT_EQ(history->inputs(), (std::vector<Value>{1, 2, 3, 4}));
}

TEST(Conformance, vmap_042) {
  EXPECT_EQ(vmap(doubling(), {.parallel = true})(list({1, 2, 3})), list({2, 4, 6}));
}

TEST(Conformance, vmap_043) {
  const auto runtime = Runtime::simulated({.seed = 43});
  runtime.run([&] {
    testing::Peak peak;
    const Op<> sleepy = Scripted([&peak](const Value& in) -> Value {
      const testing::Peak::Visit visit(peak);
      (void)Context::current().sleep_for(std::chrono::milliseconds(50));
      return in;
    });
    const auto scope = xcs::execution_options({.use_parallel = true, .max_workers = 4});
    const TimePoint begin = runtime.now();
    (void)vmap(sleepy)(test::numbers(8));
    EXPECT_EQ(peak.most(), 4U);
    EXPECT_EQ(runtime.now() - begin, std::chrono::milliseconds(100));
  });
}

TEST(Conformance, vmap_046) {
  const auto fast = xcs::jit(TextAnalysisPipeline());
  (void)vmap(fast)({{"text", list({"a", "b", "c", "d", "e"})}});
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 1U);
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_hits, 4U);
}

}  // namespace
}  // namespace ember
