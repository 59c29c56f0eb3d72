// Traces in the JSON encoding of OTLP.
#include <gmock/gmock.h>

#include <set>
#include <stdexcept>

#include <ember/error.hpp>
#include <ember/otlp.hpp>

#include "observe/otlp_spans.hpp"
#include "observe/span_ids.hpp"
#include "observe/trace_calls.hpp"

namespace ember::xcs {
namespace {

using ember::testing::otlp_attributes;
using ember::testing::otlp_spans;
using ember::testing::OtlpSpan;
using ember::testing::traced_call;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// 2023-11-14 22:13:20 UTC at the time 0 of the records.
TraceOrigin origin() {
  return {TimePoint{}, std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000))};
}

Trace trace_of(const std::vector<std::shared_ptr<TraceRecord>>& calls) {
  Trace trace{origin(), {}};
  for (const auto& call : calls) trace.records.push_back(*call);
  return trace;
}

OtlpSpan span_of(const std::shared_ptr<TraceRecord>& call, const OtlpFormat& format = {}) {
  const auto spans = otlp_spans(to_otlp_json(trace_of({call}), format));
  EXPECT_THAT(spans, SizeIs(1));
  return spans.at(0);
}

std::shared_ptr<TraceRecord> failed_call(const std::exception_ptr& error) {
  auto call = traced_call(1);
  call->exception = error;
  return call;
}

TEST(OtlpJson, has_times_and_attributes_of_a_call) {
  auto call = traced_call(3, {}, "judge");
  call->inputs = Value::mapping({{"query", "tea?"}});
  call->outputs = Value::mapping({{"answer", 42}});
  call->device = "gpu:1";
  call->thread_id = 12;
  call->usage = {.model_calls = 2,
                 .attempts = 3,
                 .prompt_tokens = 11,
                 .completion_tokens = 7,
                 .total_tokens = 18,
                 .cost_usd = 0.25};
  const OtlpSpan span = span_of(call);
  EXPECT_EQ(span.name, "judge");
  EXPECT_EQ(span.start, "1700000003000000000");
  EXPECT_EQ(span.end, "1700000004000000000");
  EXPECT_EQ(span.parent, "");
  EXPECT_THAT(span.status.fields(), IsEmpty());
  const std::map<std::string, Value> expected = {{"ember.call_id", "3"},
                                                 {"thread.id", "12"},
                                                 {"ember.device", "gpu:1"},
                                                 {"ember.model_calls", "2"},
                                                 {"ember.attempts", "3"},
                                                 {"ember.prompt_tokens", "11"},
                                                 {"ember.completion_tokens", "7"},
                                                 {"ember.cost_usd", 0.25},
                                                 {"ember.inputs", R"({"query":"tea?"})"},
                                                 {"ember.outputs", R"({"answer":42})"}};
  EXPECT_EQ(span.attributes, expected);
}

TEST(OtlpJson, goes_by_the_label_and_names_the_operator_beside_it) {
  auto call = traced_call(1, {}, "Ask");
  EXPECT_EQ(span_of(call).attributes.count("ember.operator"), 0U);
  call->label = "draft";
  EXPECT_EQ(span_of(call).name, "draft");
  EXPECT_EQ(span_of(call).attributes.at("ember.operator"), Value("Ask"));
}

TEST(OtlpJson, says_what_came_from_the_cache) {
  auto call = traced_call(1);
  EXPECT_EQ(span_of(call).attributes.count("ember.cached"), 0U);
  call->is_cached = true;
  EXPECT_EQ(span_of(call).attributes.at("ember.cached"), Value(true));
}

TEST(OtlpJson, shows_failures) {
  const OtlpSpan span = span_of(failed_call(std::make_exception_ptr(std::runtime_error("no \"tea\""))));
  EXPECT_EQ(span.status["code"], Value(2));
  EXPECT_EQ(span.status["message"], Value("no \"tea\""));
  ASSERT_THAT(span.events.items(), SizeIs(1));
  EXPECT_EQ(span.events[0]["name"], Value("exception"));
  EXPECT_EQ(span.events[0]["timeUnixNano"], Value(span.end));
  const auto attributes = otlp_attributes(span.events[0]["attributes"]);
  EXPECT_EQ(attributes.at("exception.type"), Value("runtime_error"));
  EXPECT_EQ(attributes.at("exception.message"), Value("no \"tea\""));
  EXPECT_EQ(span.attributes.count("ember.outputs"), 0U);
}

TEST(OtlpJson, shows_no_secrets) {
  const std::string key = "sk-0123456789abcdef0123456789";
  auto call = failed_call(std::make_exception_ptr(std::runtime_error("bad key " + key)));
  call->operator_name = "ask with " + key;
  call->inputs = Value::mapping({{"api_key", "hunter2"}, {"text", "use " + key}});
  const std::string text = to_otlp_json(trace_of({call}));
  EXPECT_THAT(text, AllOf(Not(HasSubstr(key)), Not(HasSubstr("hunter2")), HasSubstr("<masked>")));
}

TEST(OtlpJson, cuts_values_and_leaves_them_out) {
  auto call = traced_call(1);
  call->inputs = Value(std::string(100'000, 'x'));
  EXPECT_LT(span_of(call, {.most_value_bytes = 100}).attributes.at("ember.inputs").string().size(), 200U);
  EXPECT_EQ(span_of(call, {.most_value_bytes = 0}).attributes.count("ember.inputs"), 0U);
}

TEST(OtlpJson, is_valid_whatever_names_hold) {
  auto call = traced_call(1, {}, "caf\xe9 \x01 \"quoted\"");
  EXPECT_EQ(span_of(call).name, "caf\xef\xbf\xbd \x01 \"quoted\"");
  call->operator_name.clear();
  EXPECT_EQ(span_of(call).name, "call");
}

TEST(OtlpJson, times_never_run_backwards) {
  auto call = traced_call(5);
  call->end_time = TimePoint(std::chrono::seconds(2));
  const OtlpSpan span = span_of(call);
  EXPECT_EQ(span.end, span.start);
}

TEST(OtlpJson, has_one_trace_for_each_root) {
  // Children complete before those that made them.
  const auto spans = otlp_spans(to_otlp_json(
      trace_of({traced_call(2, 1, "leaf"), traced_call(4, 3, "other"), traced_call(1, 0, "middle"),
                traced_call(3, {}, "second"), traced_call(0, {}, "first"), traced_call(9, 8, "orphan")})));
  std::map<std::string, OtlpSpan> by_name;
  for (const OtlpSpan& span : spans) by_name[span.name] = span;
  ASSERT_THAT(by_name, SizeIs(6));
  EXPECT_EQ(by_name["leaf"].parent, by_name["middle"].id);
  EXPECT_EQ(by_name["middle"].parent, by_name["first"].id);
  EXPECT_EQ(by_name["other"].parent, by_name["second"].id);
  EXPECT_EQ(by_name["first"].parent, "");
  EXPECT_EQ(by_name["leaf"].trace, by_name["first"].trace);
  EXPECT_EQ(by_name["middle"].trace, by_name["first"].trace);
  EXPECT_EQ(by_name["other"].trace, by_name["second"].trace);
  EXPECT_EQ((std::set{by_name["first"].trace, by_name["second"].trace, by_name["orphan"].trace}.size()), 3U);
}

TEST(OtlpJson, names_service_and_library) {
  const Value request =
      parse_json(to_otlp_json(trace_of({traced_call(0)}), {.service_name = "tea \"shop\""}));
  const Value& resource = request["resourceSpans"][0];
  const auto attributes = otlp_attributes(resource["resource"]["attributes"]);
  EXPECT_EQ(attributes.at("service.name"), Value("tea \"shop\""));
  EXPECT_EQ(attributes.at("telemetry.sdk.language"), Value("cpp"));
  EXPECT_EQ(resource["scopeSpans"][0]["scope"]["name"], Value("ember"));
}

TEST(OtlpJson, of_an_empty_trace_has_no_spans) {
  EXPECT_THAT(otlp_spans(to_otlp_json({})), IsEmpty());
}

TEST(OtlpJson, is_the_same_for_the_same_seed_and_differs_without) {
  const Trace trace = trace_of({traced_call(1, 0), traced_call(0)});
  EXPECT_EQ(to_otlp_json(trace, {.seed = 7}), to_otlp_json(trace, {.seed = 7}));
  EXPECT_NE(to_otlp_json(trace, {.seed = 7}), to_otlp_json(trace, {.seed = 8}));
  EXPECT_NE(to_otlp_json(trace), to_otlp_json(trace));
}

TEST(SpanIds, differ_for_all_numbers) {
  const SpanIds ids({});
  std::set<std::string> all;
  for (std::uint64_t call = 0; call < 100'000; ++call) all.insert(ids.span_id(call));
  EXPECT_THAT(all, SizeIs(100'000));
}

}  // namespace
}  // namespace ember::xcs
