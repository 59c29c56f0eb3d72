// Operators that answer a batch by column: `forward_columns`, and `forward_array` of numeric ones.
#include <ember/columns.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <numeric>

#include <ember/array.hpp>
#include <ember/execution_options.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/tracer.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"

namespace ember {
namespace {

using test::error_of;
using test::make_log;
using test::message_of_error;
using xcs::ItemError;
using xcs::vmap;

/// Where the spans of each call were, and how long.
struct SpanLog {
  struct Entry {
    const double* input;
    const double* output;
    std::size_t size;
  };
  std::mutex mutex;
  std::vector<Entry> entries;
};

/// Twice a number, refused below zero.
class Twice final : public Operator<double(double)> {
 public:
  explicit Twice(std::shared_ptr<SpanLog> log = std::make_shared<SpanLog>()) : log_(std::move(log)) {}
  double forward(const double& x) const override { return 2 * x; }
  void forward_array(std::span<const double> inputs, std::span<double> outputs) const override {
    {
      const std::lock_guard lock(log_->mutex);
      log_->entries.push_back({inputs.data(), outputs.data(), inputs.size()});
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] < 0) throw std::runtime_error("below zero");
      outputs[i] = 2 * inputs[i];
    }
  }

 private:
  std::shared_ptr<SpanLog> log_;
};

Op<> twice(std::shared_ptr<SpanLog> log = std::make_shared<SpanLog>()) {
  return dynamic(Op(Twice(std::move(log))));
}

/// The numbers from 0 on.
Value range(std::size_t count) {
  std::vector<double> data(count);
  std::iota(data.begin(), data.end(), 0.0);
  return array<double>({count}, std::move(data));
}

/// Answers by column with what `answer` says, and refuses to be called with an item.
class ByColumn final : public Operator<> {
 public:
  using Answer = std::function<Value(const Columns&)>;
  explicit ByColumn(Answer answer) : answer_(std::move(answer)) {}
  Value forward(const Value&) const override { throw std::logic_error("one by one"); }
  [[nodiscard]] Value forward_columns(const Columns& columns) const override { return answer_(columns); }

 private:
  Answer answer_;
};

TEST(Columns, AnArrayIsReadInPlaceAndAnsweredWithOne) {
  const auto log = std::make_shared<SpanLog>();
  const Value input = range(5);
  const Value output = vmap(twice(log))(input);
  EXPECT_EQ(output, array<double>({5}, {0, 2, 4, 6, 8}));
  ASSERT_EQ(log->entries.size(), 1U);
  EXPECT_EQ(log->entries[0].input, input.array().raw());
  EXPECT_EQ(log->entries[0].output, output.array().raw());
}

TEST(Columns, ChunksShareOneOutputArray) {
  const auto log = std::make_shared<SpanLog>();
  const Value input = range(7);
  const Value output = vmap(twice(log), {.batch_size = 3, .parallel = false})(input);
  EXPECT_EQ(output, array<double>({7}, {0, 2, 4, 6, 8, 10, 12}));
  ASSERT_EQ(log->entries.size(), 3U);
  for (std::size_t chunk = 0; chunk < 3; ++chunk) {
    EXPECT_EQ(log->entries[chunk].input, input.array().data<double>().data() + 3 * chunk);
    EXPECT_EQ(log->entries[chunk].output, output.array().data<double>().data() + 3 * chunk);
  }
  EXPECT_EQ(log->entries[2].size, 1U);
}

TEST(Columns, NumbersOfOtherKindsAreConverted) {
  EXPECT_EQ(vmap(twice())(list({1, 2.5})), list({2.0, 5.0}));
  EXPECT_EQ(vmap(twice())(array<std::int32_t>({2}, {1, 2})), array<double>({2}, {2, 4}));
  EXPECT_EQ(vmap(twice())(list({})), list({}));
  EXPECT_EQ(vmap(Twice())({1, 2.5}), (std::vector<double>{2, 5}));
  const std::string message = message_of_error<ItemError>([] { (void)vmap(twice())(list({1, "two", 3})); });
  EXPECT_NE(message.find("items 0-2"), std::string::npos) << message;
  EXPECT_NE(message.find("expected float, found string at '[1]'"), std::string::npos) << message;
}

TEST(Columns, ConstantArgumentsAreRepeated) {
  class Power final : public Operator<double(double, std::int64_t)> {
   public:
    double forward(const double& x, const std::int64_t& k) const override {
      return x * static_cast<double>(k);
    }
    void forward_array(std::span<const double> x, std::span<const std::int64_t> k,
                       std::span<double> outputs) const override {
      for (std::size_t i = 0; i < x.size(); ++i) outputs[i] = x[i] * static_cast<double>(k[i]) + 0.5;
    }
  };
  EXPECT_EQ(vmap(Power(), {.in_axes = {0, nullptr}})(range(3), 2), (std::vector<double>{0.5, 2.5, 4.5}));
  EXPECT_EQ(vmap(Power())(range(2), list({5, 7})), (std::vector<double>{0.5, 7.5}));
}

TEST(Columns, SayWhatIsBatched) {
  const Op<> scaled = ByColumn([](const Columns& columns) -> Value {
    EXPECT_EQ(columns.form(), Columns::Form::fields);
    EXPECT_TRUE(columns.is_batched("x"));
    EXPECT_FALSE(columns.is_batched("factors"));
    EXPECT_FALSE(columns.is_batched("none"));
    EXPECT_EQ(columns.inputs()["factors"], list({1, 2}));
    EXPECT_EQ(columns.item(1), (Value{{"x", 1.0}, {"factors", list({1, 2})}}));
    return {{"x", columns.inputs()["x"]}, {"n", list({1, 2})}};
  });
  const Value input = {{"x", range(2)}, {"factors", list({1, 2})}};
  EXPECT_EQ(vmap(scaled, {.in_axes = {{"x", 0}}})(input), (Value{{"x", range(2)}, {"n", list({1, 2})}}));
}

TEST(Columns, MappingsOfAListBatchAreAListOfMappings) {
  const Op<> named = ByColumn([](const Columns& columns) -> Value { return {{"x", columns.inputs()}}; });
  EXPECT_EQ(vmap(named)(list({1, 2})), list({Value{{"x", 1}}, Value{{"x", 2}}}));
}

TEST(Columns, OutAxesAreKept) {
  const Op<> rows = ByColumn([](const Columns& columns) -> Value { return columns.inputs(); });
  const Value input = array<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(vmap(rows, {.in_axes = 1})(input), array<double>({3, 2}, {1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(vmap(rows, {.out_axes = "concat"})(input), array<double>({6}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(vmap(rows, {.out_axes = 1})(input), list({list({1, 4}), list({2, 5}), list({3, 6})}));
  EXPECT_EQ(vmap(rows, {.out_axes = nullptr})(list({7, 7})), 7);
  EXPECT_THROW((void)vmap(rows, {.out_axes = nullptr})(list({7, 8})), Error);
  const Op<> fields = ByColumn([](const Columns& columns) -> Value {
    return {{"x", columns.inputs()["x"]}, {"y", columns.inputs()["x"]}};
  });
  EXPECT_EQ(vmap(fields, {.out_axes = {{"y", nullptr}}, .batch_size = 1})({{"x", list({3, 3})}}),
            (Value{{"x", list({3, 3})}, {"y", 3}}));
}

TEST(Columns, AWrongNumberOfOutputsNamesBothNumbers) {
  const auto message = [](const Value& answer) {
    return message_of_error<ItemError>([&] {
      (void)vmap(ByColumn([&](const Columns&) { return answer; }))({{"x", list({1, 2, 3})}});
    });
  };
  EXPECT_NE(message(list({1, 2})).find("gave 2 outputs for 3 items"), std::string::npos)
      << message(list({1, 2}));
  EXPECT_NE(message({{"a", range(3)}, {"b", range(4)}}).find("gave 4 outputs in 'b' for 3 items"),
            std::string::npos);
  EXPECT_NE(message("text").find("gave a string for 3 items"), std::string::npos);
}

TEST(Columns, AFailureIsThatOfItsChunk) {
  const Value input = array<double>({5}, {1, 2, 3, -4, 5});
  const Op<> batch = vmap(twice(), {.batch_size = 2});
  const auto error = error_of<ItemError>([&] { (void)batch(input); });
  EXPECT_STREQ(error.what(), "[vmap] items 2-3 failed: below zero");
  const xcs::BatchResult result = xcs::call_detailed(batch, input);
  EXPECT_EQ(result.output, list({2.0, 4.0, nullptr, nullptr, 10.0}));
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].items, (xcs::ItemRange{2, 4}));
  const auto parallel = xcs::pmap(twice(), {.num_workers = 2, .granularity = "item"});
  const auto failed = error_of<xcs::ParallelExecutionError>([&] { (void)parallel(input); });
  EXPECT_NE(std::string(failed.what()).find("items 3-4"), std::string::npos) << failed.what();
}

TEST(Columns, WorkersAndDevicesTakeAChunkEach) {
  const auto log = std::make_shared<SpanLog>();
  EXPECT_EQ(xcs::pmap(twice(log), {.num_workers = 3, .granularity = "item"})(range(7)),
            array<double>({7}, {0, 2, 4, 6, 8, 10, 12}));
  EXPECT_EQ(log->entries.size(), 3U);
  const auto mesh = xcs::mesh_sharded(xcs::DeviceMesh({.shape = {2, 2}}), xcs::PartitionSpec(0, 1));
  EXPECT_EQ(mesh(twice(log))(range(4)), array<double>({4}, {0, 2, 4, 6}));
  EXPECT_EQ(log->entries.size(), 7U);
}

TEST(Columns, ItemsAreCalledOneByOneWhereEachIsCheckedOrRemembered) {
  const auto log = std::make_shared<SpanLog>();
  const auto scope = xcs::execution_options({.enable_caching = true});
  EXPECT_EQ(vmap(twice(log))(range(2)), list({0.0, 2.0}));
  EXPECT_TRUE(log->entries.empty());
  class Checked final : public Operator<> {
   public:
    [[nodiscard]] const Specification* specification() const override { return &specification_; }
    Value forward(const Value& input) const override { return input["x"]; }
    [[nodiscard]] Value forward_columns(const Columns&) const override { return "unchecked"; }

   private:
    Specification specification_{{.input_model = Schema("Input", {{"x", Schema::integer()}})}};
  };
  EXPECT_EQ(vmap(Checked())({{"x", list({1, 2})}}), list({1, 2}));
}

TEST(Columns, ATraceShowsOneCallPerChunk) {
  const auto scope = xcs::execution_options({.use_parallel = false, .trace_execution = true});
  (void)vmap(twice(), {.batch_size = 2})(range(3));
  const std::vector<xcs::TraceRecord> records = xcs::last_trace().records;
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].operator_name, "Twice");
  EXPECT_EQ(records[0].inputs["inputs"], range(2));
  EXPECT_EQ(records[0].outputs, array<double>({2}, {0, 2}));
  EXPECT_EQ(records[1].inputs["first"], 2);
}

}  // namespace
}  // namespace ember
