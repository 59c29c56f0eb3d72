#include <ember/trace_file.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "observe/traces.hpp"

namespace ember {
namespace {

using testing::call;
using testing::sample_trace;

/// A path in the folder for temporary files; removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(std::filesystem::path(::testing::TempDir()) / (name + std::to_string(::getpid()))) {}
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string text() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

/// The complete events of a document, in its order.
std::vector<Value> calls_of(const Value& document) {
  std::vector<Value> calls;
  for (const Value& event : document["traceEvents"].items()) {
    if (event["ph"] == Value("X")) calls.push_back(event);
  }
  return calls;
}

std::shared_ptr<const xcs::TraceRecord> shared(xcs::TraceRecord record) {
  return std::make_shared<const xcs::TraceRecord>(std::move(record));
}

std::string message_of_write(const std::string& path) {
  try {
    write_trace(sample_trace(), path);
  } catch (const DataError& error) {
    return error.what();
  }
  return "written";
}

TEST(ChromeTrace, a_call_is_a_complete_event_with_all_that_is_known_of_it) {
  const Value row = calls_of(parse_json(to_chrome_trace(sample_trace()))).front();
  EXPECT_EQ(row["name"].string(), "row 1");
  EXPECT_EQ(row["cat"].string(), "span");
  EXPECT_EQ(row["pid"].integer(), 1);
  EXPECT_EQ(row["tid"].integer(), 1);
  EXPECT_EQ(row["ts"].number(), 0);
  EXPECT_EQ(row["dur"].number(), 1000);
  const Value arguments = row["args"];
  EXPECT_EQ(arguments["id"].integer(), 0);
  EXPECT_FALSE(arguments.has("parent"));
  EXPECT_EQ(arguments["thread"].integer(), 1);
  EXPECT_EQ(arguments["device"].string(), "cpu");
  EXPECT_EQ(arguments["inputs"], Value({{"question", "2+2?"}}));
  EXPECT_EQ(arguments["outputs"], Value({{"answer", "4"}}));
  EXPECT_EQ(arguments["tokens"], Value({{"prompt", 20}, {"completion", 10}, {"total", 30}}));
  EXPECT_EQ(arguments["model_calls"].integer(), 2);
  EXPECT_EQ(arguments["attempts"].integer(), 4);
  EXPECT_EQ(arguments["cost_usd"].number(), 1.0);
}

TEST(ChromeTrace, callers_stand_before_the_calls_inside_them) {
  xcs::Trace trace;
  // As a simulation has them: all at the same time.
  trace.records = {call("inner", 2, 1, 5, 5), call("middle", 1, 0, 5, 5), call("outer", 0, {}, 5, 5)};
  std::vector<std::string> names;
  for (const Value& event : calls_of(parse_json(to_chrome_trace(trace))))
    names.push_back(event["name"].string());
  EXPECT_EQ(names, (std::vector<std::string>{"outer", "middle", "inner"}));
}

TEST(ChromeTrace, a_failed_call_has_its_error_and_no_outputs) {
  const Value arguments = calls_of(parse_json(to_chrome_trace(sample_trace()))).back()["args"];
  EXPECT_EQ(arguments["parent"].integer(), 4);
  EXPECT_EQ(arguments["error"], Value({{"class", "runtime_error"}, {"message", "no answer"}}));
  EXPECT_FALSE(arguments.has("outputs"));
}

TEST(ChromeTrace, times_are_exact_to_the_nanosecond_and_count_from_the_origin) {
  xcs::Trace trace;
  trace.origin.time = TimePoint(std::chrono::hours(1));
  auto record = call("a", 0, {}, 0, 0);
  record.start_time = trace.origin.time + std::chrono::nanoseconds(1'234'567'891);
  record.end_time = record.start_time + std::chrono::nanoseconds(1'001);
  auto early = record;
  early.start_time = trace.origin.time - std::chrono::nanoseconds(1);
  trace.records = {record, early};
  const std::string text = to_chrome_trace(trace);
  EXPECT_NE(text.find("\"ts\":1234567.891,\"dur\":1.001"), std::string::npos) << text;
  EXPECT_NE(text.find("\"ts\":-0.001,"), std::string::npos) << text;
}

TEST(ChromeTrace, the_start_is_calendar_time_and_tracks_have_names) {
  const Value document = parse_json(to_chrome_trace(sample_trace()));
  EXPECT_EQ(document["otherData"]["start"].string(), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(document["displayTimeUnit"].string(), "ms");
  std::set<std::string> names;
  for (const Value& event : document["traceEvents"].items()) {
    if (event["ph"] == Value("M")) names.insert(event["args"]["name"].string());
  }
  EXPECT_EQ(names, (std::set<std::string>{"ember", "track 1", "track 2"}));
}

TEST(ChromeTrace, large_values_are_cut_and_secrets_masked_in_errors_too) {
  xcs::Trace trace;
  auto record = testing::failed(call("ask", 0, {}, 0, 1), "401 for key sk-abcdefghijklmnopqrstuv");
  record.inputs = {{"prompt", std::string(1 << 20U, 'x')}, {"api_key", "hush"}};
  trace.records = {record};
  const std::string text = to_chrome_trace(trace);
  EXPECT_LT(text.size(), 4000U);
  EXPECT_EQ(text.find("sk-abc"), std::string::npos);
  EXPECT_EQ(text.find("hush"), std::string::npos);
}

TEST(ChromeTrace, a_trace_without_calls_is_a_whole_document) {
  EXPECT_TRUE(calls_of(parse_json(to_chrome_trace({}))).empty());
}

TEST(WriteTrace, replaces_the_file) {
  const TemporaryFile file("write_trace");
  std::ofstream(file.path()) << std::string(100'000, 'x');
  write_trace(sample_trace(), file.path());
  EXPECT_EQ(file.text(), to_chrome_trace(sample_trace()));
}

TEST(WriteTrace, names_path_and_reason_when_it_fails) {
  EXPECT_EQ(message_of_write("/nowhere/trace.json"),
            "can not write the trace to '/nowhere/trace.json': No such file or directory");
  EXPECT_EQ(message_of_write("/dev/full"), "can not write the trace to '/dev/full': No space left on device");
  EXPECT_EQ(message_of_write("/"), "can not write the trace to '/': Is a directory");
}

TEST(TraceFile, holds_what_calls_from_many_threads_recorded) {
  const TemporaryFile path("trace_file");
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t calls = 5000;
  {
    TraceFile file(path.path());
    std::vector<std::jthread> workers;
    for (std::uint64_t thread = 0; thread < threads; ++thread) {
      workers.emplace_back([&file, thread] {
        for (std::uint64_t i = 0; i < calls; ++i) {
          auto record = call("work", thread * calls + i, {}, 0, 1);
          record.track = thread;
          file.record(shared(std::move(record)));
          if (i % 1000 == 0) file.flush();
        }
      });
    }
    workers.clear();
    file.close();
    EXPECT_EQ(file.calls_written(), threads * calls);
    EXPECT_EQ(file.calls_lost(), 0U);
  }
  std::set<std::int64_t> ids;
  for (const Value& event : calls_of(parse_json(path.text()))) ids.insert(event["args"]["id"].integer());
  EXPECT_EQ(ids.size(), threads * calls);
}

TEST(TraceFile, is_a_whole_document_without_close_too) {
  const TemporaryFile path("trace_file_destroyed");
  { TraceFile(path.path()).record(shared(call("work", 0, {}, 0, 1))); }
  EXPECT_EQ(calls_of(parse_json(path.text())).size(), 1U);
}

TEST(TraceFile, calls_after_close_change_nothing) {
  const TemporaryFile path("trace_file_closed");
  TraceFile file(path.path());
  file.close();
  const std::string before = path.text();
  file.record(shared(call("late", 0, {}, 0, 1)));
  file.flush();
  file.close();
  EXPECT_EQ(path.text(), before);
}

TEST(TraceFile, a_file_that_can_not_be_written_is_refused_at_once) {
  EXPECT_THROW(TraceFile("/nowhere/trace.json"), DataError);
  EXPECT_THROW(TraceFile("/dev/full"), DataError);
}

TEST(TraceFile, keeps_what_calls_hold_no_longer_than_until_it_is_written) {
  const TemporaryFile path("trace_file_memory");
  TraceFile file(path.path());
  const auto record = shared(call("work", 0, {}, 0, 1));
  const std::weak_ptr<const xcs::TraceRecord> watched = record;
  file.record(record);
  file.flush();
  EXPECT_EQ(watched.use_count(), 1);
}

}  // namespace
}  // namespace ember
