#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <ember/error.hpp>
#include <ember/trace_file.hpp>

#include "observe/span.hpp"
#include "observe/traces.hpp"

namespace ember {
namespace {

using testing::call;
using testing::sample_trace;

std::string message_of_reading(const std::string& text) {
  try {
    (void)read_spans(text, "t.json");
  } catch (const DataError& error) {
    return error.what();
  }
  return "read";
}

TEST(TraceReader, reads_back_what_was_written) {
  const SpanList list = read_spans(to_chrome_trace(sample_trace()), "t.json");
  ASSERT_EQ(list.spans.size(), 6U);
  EXPECT_EQ(list.roots, (std::vector<std::size_t>{0, 4}));
  EXPECT_EQ(list.wall, std::chrono::microseconds(1500));
  EXPECT_EQ(list.start, "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(list.tracks, (std::vector<std::string>{"track 1", "track 2"}));

  const Span& row = list.spans[0];
  EXPECT_EQ(row.name, "row 1");
  EXPECT_EQ(row.kind(), "row");
  EXPECT_FALSE(row.parent);
  EXPECT_EQ(row.children, (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(row.inputs, Value({{"question", "2+2?"}}));
  EXPECT_EQ(row.usage, sample_trace().records[3].usage);
  EXPECT_FALSE(row.is_failed);

  const Span& question = list.spans[5];
  EXPECT_EQ(question.parent, 4U);
  EXPECT_TRUE(question.is_failed);
  EXPECT_EQ(question.error_class, "runtime_error");
  EXPECT_EQ(question.error_message, "no answer");
  EXPECT_EQ(question.start, std::chrono::microseconds(1010));
}

TEST(TraceReader, times_count_from_the_first_start) {
  xcs::Trace trace;
  trace.records = {call("a", 0, {}, 700, 800), call("b", 1, {}, 500, 900)};
  const SpanList list = read_spans(to_chrome_trace(trace), "t.json");
  EXPECT_EQ(list.spans[0].name, "b");
  EXPECT_EQ(list.spans[1].start, std::chrono::microseconds(200));
  EXPECT_EQ(list.wall, std::chrono::microseconds(400));
}

TEST(TraceReader, in_files_of_others_nesting_tells_parents) {
  const SpanList list = read_spans(R"([
    {"ph": "X", "name": "inner", "pid": 7, "tid": 1, "ts": 10, "dur": 5},
    {"ph": "X", "name": "outer", "pid": 7, "tid": 1, "ts": 0, "dur": 100, "args": {"parent": "x"}},
    {"ph": "X", "name": "elsewhere", "pid": 7, "tid": "2", "ts": 12, "dur": 1},
    {"ph": "B", "name": "ignored", "pid": 7, "tid": 1, "ts": 0},
    {"ph": "M", "name": "thread_name", "pid": 7, "tid": "2", "args": {"name": "worker"}}])",
                                   "t.json");
  ASSERT_EQ(list.spans.size(), 3U);
  EXPECT_EQ(list.spans[0].name, "outer");
  EXPECT_EQ(list.spans[1].parent, 0U);
  EXPECT_FALSE(list.spans[2].parent);
  EXPECT_EQ(list.tracks[list.spans[2].track], "worker");
}

TEST(TraceReader, parents_that_are_missing_or_in_a_circle_are_none) {
  const SpanList list = read_spans(R"({"traceEvents": [
    {"ph": "X", "name": "a", "ts": 0, "dur": 9, "args": {"id": 1, "parent": 2}},
    {"ph": "X", "name": "b", "ts": 0, "dur": 9, "args": {"id": 2, "parent": 1}},
    {"ph": "X", "name": "c", "ts": 0, "dur": 9, "args": {"id": 3, "parent": 3}},
    {"ph": "X", "name": "d", "ts": 0, "dur": 9, "args": {"id": 4, "parent": 99}}]})",
                                   "t.json");
  EXPECT_EQ(list.roots, (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_EQ(list.spans[1].parent, 0U);
}

TEST(TraceReader, a_file_that_was_cut_off_is_read_up_to_there) {
  const std::string whole = to_chrome_trace(sample_trace());
  const std::size_t last = whole.rfind("{\"ph\":\"X\"");
  for (const std::size_t length : {last, last + 1, last + 40, whole.size() - 2, whole.size() - 4}) {
    const SpanList list = read_spans(whole.substr(0, length), "t.json");
    EXPECT_TRUE(list.is_cut_off);
    EXPECT_GE(list.spans.size(), 5U) << length;
    EXPECT_EQ(list.start, "2023-11-14T22:13:20.000000Z");
  }
  EXPECT_FALSE(read_spans(whole, "t.json").is_cut_off);
}

TEST(TraceReader, says_what_is_wrong_with_a_file) {
  EXPECT_THAT(message_of_reading("not json"),
              ::testing::StartsWith("'t.json' is no trace: it is not JSON: "));
  EXPECT_THAT(message_of_reading("{\"a\": "),
              ::testing::StartsWith("'t.json' is no trace: it is not JSON: "));
  EXPECT_EQ(message_of_reading("17"),
            "'t.json' is no trace: expected a JSON object or a list of events, found int");
  EXPECT_EQ(message_of_reading("{\"events\": []}"), "'t.json' is no trace: it has no field 'traceEvents'");
  EXPECT_EQ(message_of_reading("{\"traceEvents\": 1}"),
            "'t.json' is no trace: 'traceEvents' is not a list but int");
  EXPECT_EQ(message_of_reading("[1]"), "'t.json' is no trace: event 1 is not an object but int");
  EXPECT_EQ(message_of_reading("[{}]"), "'t.json' is no trace: event 1 has no text 'ph'");
  EXPECT_EQ(message_of_reading(R"([{"ph": "M"}, {"ph": "X"}])"),
            "'t.json' is no trace: event 2 has no text 'name'");
  EXPECT_EQ(message_of_reading(R"([{"ph": "X", "name": "a", "ts": "1", "dur": 1}])"),
            "'t.json' is no trace: event 1 has no number 'ts'");
  EXPECT_EQ(message_of_reading(R"([{"ph": "X", "name": "a", "ts": 1}])"),
            "'t.json' is no trace: event 1 has no number 'dur'");
  EXPECT_EQ(message_of_reading(R"([{"ph": "X", "name": "a", "ts": 1, "dur": -1}])"),
            "'t.json' is no trace: event 1 has a negative 'dur'");
  EXPECT_EQ(message_of_reading(R"([{"ph": "X", "name": "a", "ts": 1e300, "dur": 1}])"),
            "'t.json' is no trace: event 1 has a 'ts' beyond all time");
  EXPECT_EQ(message_of_reading(R"([{"ph": "B"}, {"ph": "E"}])"),
            "'t.json' has 2 events and none that is complete (\"ph\": \"X\")");
}

TEST(TraceReader, names_the_file_that_can_not_be_read) {
  const auto reading = [](const std::string& file) -> std::string {
    try {
      (void)read_span_file(file);
    } catch (const DataError& error) {
      return error.what();
    }
    return "read";
  };
  EXPECT_EQ(reading("/nowhere/t.json"),
            "can not read the trace '/nowhere/t.json': No such file or directory");
  EXPECT_EQ(reading("/"), "can not read the trace '/': Is a directory");
  EXPECT_EQ(reading("/dev/null"), "'/dev/null' is no trace: it is empty");
}

TEST(SpanKind, only_spans_that_are_no_calls_lose_their_number) {
  EXPECT_EQ((Span{.name = "row 17", .is_operator = false}.kind()), "row");
  EXPECT_EQ((Span{.name = "row 17", .is_operator = true}.kind()), "row 17");
  EXPECT_EQ((Span{.name = "17", .is_operator = false}.kind()), "17");
  EXPECT_EQ((Span{.name = "row", .is_operator = false}.kind()), "row");
  EXPECT_EQ((Span{.name = "x17", .is_operator = false}.kind()), "x17");
}

}  // namespace
}  // namespace ember
