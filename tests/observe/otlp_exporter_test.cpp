// The exporter against collectors on loopback: those that work, refuse, stall, come back, or are not there.
#include <gmock/gmock.h>

#include <functional>
#include <latch>
#include <set>
#include <thread>

#include <ember/error.hpp>
#include <ember/log.hpp>
#include <ember/otlp.hpp>

#include "observe/otlp_spans.hpp"
#include "observe/trace_calls.hpp"
#include "support/raw_server.hpp"
#include "support/rule_server.hpp"

namespace ember::xcs {
namespace {

using ember::testing::closed_port;
using ember::testing::http_response;
using ember::testing::otlp_spans;
using ember::testing::OtlpSpan;
using ember::testing::RuleServer;
using ember::testing::traced_call;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Longer than anything takes.
constexpr Duration patience = std::chrono::seconds(60);
constexpr Duration at_once = std::chrono::milliseconds(1);

/// Answers by a rule, which is given how many requests came before. An empty answer leaves the client
/// waiting.
class Collector {
 public:
  using Rule = std::function<std::string(std::size_t earlier)>;

  explicit Collector(Rule rule = [](std::size_t) { return accepting(); })
      : server_([this, rule = std::move(rule)](const std::string&, std::size_t earlier) {
          if (earlier == 0) first_request_.count_down();
          return rule(earlier);
        }) {}

  static std::string accepting() {
    return http_response("{}", "200 OK", "Content-Type: application/json\r\n");
  }
  [[nodiscard]] std::string url(std::string_view path = "") const { return server_.url(path); }
  [[nodiscard]] std::string where() const { return server_.where(); }
  [[nodiscard]] std::vector<std::string> requests() const { return server_.requests(); }
  /// The spans of all requests that came in full, whatever was answered.
  [[nodiscard]] std::vector<OtlpSpan> spans() const {
    std::vector<OtlpSpan> all;
    for (const std::string& request : requests()) {
      for (OtlpSpan& span : otlp_spans(request.substr(request.find("\r\n\r\n") + 4))) {
        all.push_back(std::move(span));
      }
    }
    return all;
  }
  /// Waits until the first request is there.
  void wait_for_request() { first_request_.wait(); }

 private:
  std::latch first_request_{1};
  RuleServer server_;
};

class Exporter : public ::testing::Test {
 protected:
  Exporter() {
    set_log_hook([this](LogLevel, std::string_view message) { log_.emplace_back(message); });
  }
  ~Exporter() override { set_log_hook({}); }

  /// Quick to repeat, slow to send of its own accord.
  static OtlpOptions options_for(std::string url) {
    OtlpOptions options;
    options.url = std::move(url);
    options.flush_interval = patience;
    options.min_wait = at_once;
    options.max_wait = at_once;
    return options;
  }

  static void record_calls(OtlpExporter& exporter, std::uint64_t count) {
    for (std::uint64_t call = 0; call < count; ++call) exporter.record(traced_call(call));
  }

  std::vector<std::string> log_;
};

void expect_counts(const OtlpExporter& exporter, std::uint64_t sent, std::uint64_t failed,
                   std::uint64_t dropped) {
  const OtlpCounts counts = exporter.counts();
  EXPECT_EQ(counts.sent, sent);
  EXPECT_EQ(counts.failed, failed);
  EXPECT_EQ(counts.dropped, dropped);
  EXPECT_EQ(counts.waiting(), 0U);
}

TEST_F(Exporter, posts_json_with_the_headers) {
  Collector collector;
  OtlpOptions options = options_for(collector.url());
  options.headers = {{"Authorization", "Bearer of-tea"}, {"x-team", "kettle"}};
  options.format.service_name = "tea";
  OtlpExporter exporter(options);
  EXPECT_EQ(exporter.collector(), collector.where());
  exporter.record(traced_call(0, {}, "brew"));
  EXPECT_TRUE(exporter.close(patience));
  ASSERT_THAT(collector.requests(), SizeIs(1));
  EXPECT_THAT(collector.requests()[0],
              AllOf(HasSubstr("POST /v1/traces HTTP/1.1"), HasSubstr("Content-Type: application/json"),
                    HasSubstr("Authorization: Bearer of-tea"), HasSubstr("x-team: kettle"),
                    HasSubstr(R"({"stringValue":"tea"})")));
  ASSERT_THAT(collector.spans(), SizeIs(1));
  EXPECT_EQ(collector.spans()[0].name, "brew");
  expect_counts(exporter, 1, 0, 0);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(Exporter, keeps_a_path_and_a_query) {
  for (const auto& [path, target] :
       std::vector<std::pair<std::string, std::string>>{{"", "/v1/traces"},
                                                        {"/", "/v1/traces"},
                                                        {"/?a=b", "/v1/traces?a=b"},
                                                        {"/own/path?a=b", "/own/path?a=b"}}) {
    Collector collector;
    OtlpExporter exporter(options_for(collector.url(path)));
    record_calls(exporter, 1);
    EXPECT_TRUE(exporter.close(patience));
    ASSERT_THAT(collector.requests(), SizeIs(1));
    EXPECT_THAT(collector.requests()[0], HasSubstr("POST " + target + " HTTP"));
  }
}

TEST_F(Exporter, sends_a_batch_when_it_is_full) {
  Collector collector;
  OtlpOptions options = options_for(collector.url());
  options.batch_size = 10;
  OtlpExporter exporter(options);
  record_calls(exporter, 10);
  collector.wait_for_request();
  exporter.record(traced_call(10));
  EXPECT_TRUE(exporter.close(patience));
  for (const std::string& request : collector.requests()) {
    EXPECT_LE(otlp_spans(request.substr(request.find("\r\n\r\n") + 4)).size(), 10U);
  }
  EXPECT_THAT(collector.spans(), SizeIs(11));
}

TEST_F(Exporter, sends_what_waits_when_the_interval_is_over) {
  Collector collector;
  OtlpOptions options = options_for(collector.url());
  options.flush_interval = at_once;
  OtlpExporter exporter(options);
  record_calls(exporter, 1);
  collector.wait_for_request();
  EXPECT_THAT(collector.spans(), SizeIs(1));
}

TEST_F(Exporter, parents_are_right_when_hundreds_of_calls_overlap) {
  constexpr std::uint64_t rows = 200;
  constexpr std::uint64_t threads = 8;
  Collector collector;
  OtlpOptions options = options_for(collector.url());
  options.batch_size = 64;
  OtlpExporter exporter(options);
  // Call n * 10 is row n; it has two steps with two calls each. All begin before any completes, and the
  // threads share the calls so that those of one row complete on different ones.
  std::vector<std::pair<std::uint64_t, std::optional<std::uint64_t>>> calls;
  for (std::uint64_t row = 0; row < rows * 10; row += 10) {
    for (std::uint64_t leaf : {row + 3, row + 4}) calls.emplace_back(leaf, row + 1);
    for (std::uint64_t leaf : {row + 5, row + 6}) calls.emplace_back(leaf, row + 2);
    for (std::uint64_t step : {row + 1, row + 2}) calls.emplace_back(step, row);
    calls.emplace_back(row, std::nullopt);
  }
  {
    std::vector<std::jthread> recording;
    for (std::uint64_t thread = 0; thread < threads; ++thread) {
      recording.emplace_back([&, thread] {
        for (std::size_t i = thread; i < calls.size(); i += threads) {
          exporter.record(traced_call(calls[i].first, calls[i].second, std::to_string(calls[i].first)));
        }
      });
    }
  }
  EXPECT_TRUE(exporter.close(patience));
  std::map<std::uint64_t, OtlpSpan> spans;
  std::set<std::string> ids;
  std::set<std::string> traces;
  for (OtlpSpan& span : collector.spans()) {
    ids.insert(span.id);
    traces.insert(span.trace);
    spans.emplace(std::stoull(span.name), std::move(span));
  }
  EXPECT_THAT(spans, SizeIs(calls.size()));
  EXPECT_THAT(ids, SizeIs(calls.size()));
  EXPECT_THAT(traces, SizeIs(rows));
  for (const auto& [call, parent] : calls) {
    EXPECT_EQ(spans[call].parent, parent ? spans[*parent].id : "") << call;
    EXPECT_EQ(spans[call].trace, spans[call / 10 * 10].trace) << call;
  }
  expect_counts(exporter, calls.size(), 0, 0);
}

TEST_F(Exporter, flush_sends_calls_whose_root_goes_on_and_the_root_joins_them) {
  Collector collector;
  OtlpExporter exporter(options_for(collector.url()));
  exporter.record(traced_call(1, 0));
  EXPECT_TRUE(exporter.flush(patience));
  ASSERT_THAT(collector.spans(), SizeIs(1));
  exporter.record(traced_call(0));
  EXPECT_TRUE(exporter.flush(patience));
  ASSERT_THAT(collector.spans(), SizeIs(2));
  const auto spans = collector.spans();
  EXPECT_EQ(spans[0].parent, spans[1].id);
  EXPECT_EQ(spans[0].trace, spans[1].trace);
}

TEST_F(Exporter, does_not_wait_for_a_root_for_ever) {
  Collector collector;
  OtlpOptions options = options_for(collector.url());
  options.flush_interval = at_once;
  options.longest_hold = at_once;
  OtlpExporter exporter(options);
  exporter.record(traced_call(1, 0));
  collector.wait_for_request();
  EXPECT_THAT(collector.spans(), SizeIs(1));
}

TEST_F(Exporter, gives_room_to_others_when_too_many_wait_for_their_root) {
  Collector collector;
  OtlpOptions options = options_for(collector.url());
  options.max_waiting = 10;
  options.batch_size = 6;
  OtlpExporter exporter(options);
  for (std::uint64_t call = 1; call <= 6; ++call) exporter.record(traced_call(call, 0));
  collector.wait_for_request();
  EXPECT_THAT(collector.spans(), SizeIs(6));
}

TEST_F(Exporter, repeats_what_a_busy_collector_puts_off) {
  for (const char* status :
       {"429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"}) {
    log_.clear();
    Collector collector([&](std::size_t earlier) {
      return earlier == 0 ? http_response("", status, "Retry-After: 7200\r\n") : Collector::accepting();
    });
    OtlpExporter exporter(options_for(collector.url()));  // Keeps waits up to one millisecond only.
    record_calls(exporter, 3);
    EXPECT_TRUE(exporter.close(patience));
    ASSERT_THAT(collector.requests(), SizeIs(2)) << status;
    EXPECT_EQ(collector.requests()[0], collector.requests()[1]);
    expect_counts(exporter, 3, 0, 0);
    EXPECT_THAT(log_, ElementsAre(AllOf(HasSubstr(collector.where()), HasSubstr(std::string(status, 3)),
                                        HasSubstr("trying again"))));
  }
}

TEST_F(Exporter, keeps_the_wait_that_the_collector_asks_for) {
  Collector collector([](std::size_t earlier) {
    return earlier == 0 ? http_response("", "503 Service Unavailable", "Retry-After: 0\r\n")
                        : Collector::accepting();
  });
  OtlpOptions options = options_for(collector.url());
  options.min_wait = options.max_wait = std::chrono::hours(1);
  OtlpExporter exporter(options);
  record_calls(exporter, 1);
  EXPECT_TRUE(exporter.close(patience));
  expect_counts(exporter, 1, 0, 0);
}

TEST_F(Exporter, does_not_repeat_what_is_refused) {
  for (const char* status : {"400 Bad Request", "401 Unauthorized", "413 Content Too Large",
                             "500 Internal Server Error", "301 Moved Permanently"}) {
    log_.clear();
    Collector collector([&](std::size_t) {
      return http_response(R"({"code":3,"message":"bad tea with sk-0123456789abcdef0123456789"})", status,
                           "Content-Type: application/json\r\n");
    });
    OtlpExporter exporter(options_for(collector.url()));
    record_calls(exporter, 2);
    EXPECT_TRUE(exporter.flush(patience));
    exporter.record(traced_call(9));
    EXPECT_TRUE(exporter.close(patience));
    EXPECT_THAT(collector.requests(), SizeIs(2)) << status;
    expect_counts(exporter, 0, 3, 0);
    EXPECT_THAT(log_, ElementsAre(AllOf(HasSubstr(std::string("status ") + std::string(status, 3)),
                                        HasSubstr("bad tea"), HasSubstr("2 spans are lost"),
                                        Not(HasSubstr("sk-0123")))));
  }
}

TEST_F(Exporter, counts_what_a_collector_takes_in_part) {
  for (const char* rejected : {R"("2")", "2"}) {
    log_.clear();
    Collector collector([&](std::size_t) {
      return http_response(std::string(R"({"partialSuccess":{"rejectedSpans":)") + rejected +
                           R"(,"errorMessage":"cold tea"}})");
    });
    OtlpExporter exporter(options_for(collector.url()));
    record_calls(exporter, 5);
    EXPECT_TRUE(exporter.close(patience));
    EXPECT_THAT(collector.requests(), SizeIs(1));
    expect_counts(exporter, 3, 2, 0);
    EXPECT_THAT(log_, ElementsAre(AllOf(HasSubstr("2 of 5"), HasSubstr("cold tea"))));
  }
}

TEST_F(Exporter, passes_on_what_a_collector_remarks) {
  Collector collector([](std::size_t) {
    return http_response(R"({"partialSuccess":{"rejectedSpans":"0","errorMessage":"move to v2"}})");
  });
  OtlpExporter exporter(options_for(collector.url()));
  record_calls(exporter, 5);
  EXPECT_TRUE(exporter.close(patience));
  expect_counts(exporter, 5, 0, 0);
  EXPECT_THAT(log_, ElementsAre(HasSubstr("move to v2")));
}

TEST_F(Exporter, accepts_answers_that_are_no_json) {
  for (const char* body : {"", "OK", "[1,2]", R"({"partialSuccess":null})", R"({"partialSuccess":{}})"}) {
    Collector collector([&](std::size_t) { return http_response(body); });
    OtlpExporter exporter(options_for(collector.url()));
    record_calls(exporter, 1);
    EXPECT_TRUE(exporter.close(patience));
    expect_counts(exporter, 1, 0, 0);
  }
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(Exporter, gives_up_on_a_collector_that_is_not_there) {
  OtlpOptions options = options_for("http://127.0.0.1:" + std::to_string(closed_port()));
  options.max_attempts = 3;
  OtlpExporter exporter(options);
  record_calls(exporter, 2);
  EXPECT_TRUE(exporter.flush(patience));
  record_calls(exporter, 2);
  EXPECT_TRUE(exporter.close(patience));
  expect_counts(exporter, 0, 4, 0);
  // One warning for each kind, however often it happens.
  EXPECT_THAT(log_, ElementsAre(AllOf(HasSubstr("can not connect"), HasSubstr("trying again")),
                                AllOf(HasSubstr("can not connect"), HasSubstr("2 spans are lost"))));
}

TEST_F(Exporter, is_not_held_up_by_a_collector_that_never_answers) {
  Collector collector([](std::size_t) { return std::string(); });
  OtlpOptions options = options_for(collector.url());
  options.batch_size = 5;
  options.max_waiting = 20;
  OtlpExporter exporter(options);
  record_calls(exporter, 5);
  collector.wait_for_request();
  record_calls(exporter, 100);
  EXPECT_EQ(exporter.counts().dropped, 85U);
  EXPECT_EQ(exporter.counts().waiting(), 20U);
  EXPECT_FALSE(exporter.flush(at_once));
  EXPECT_FALSE(exporter.close(at_once));
  expect_counts(exporter, 0, 0, 105);
  EXPECT_THAT(log_, ElementsAre(HasSubstr("more than 20 spans wait"), HasSubstr("20 spans were not sent")));
}

TEST_F(Exporter, repeats_after_a_timeout) {
  Collector collector([](std::size_t earlier) { return earlier == 0 ? "" : Collector::accepting(); });
  OtlpOptions options = options_for(collector.url());
  options.request_timeout = std::chrono::milliseconds(500);
  OtlpExporter exporter(options);
  record_calls(exporter, 1);
  EXPECT_TRUE(exporter.close(patience));
  expect_counts(exporter, 1, 0, 0);
}

TEST_F(Exporter, stops_waiting_between_attempts_when_it_is_closed) {
  Collector collector([](std::size_t) { return http_response("", "503 Service Unavailable"); });
  OtlpOptions options = options_for(collector.url());
  options.min_wait = options.max_wait = std::chrono::hours(1);
  options.batch_size = 1;
  OtlpExporter exporter(options);
  record_calls(exporter, 2);
  collector.wait_for_request();
  EXPECT_FALSE(exporter.close(at_once));
  expect_counts(exporter, 0, 0, 2);
}

TEST_F(Exporter, drops_what_comes_after_closing) {
  Collector collector;
  OtlpExporter exporter(options_for(collector.url()));
  EXPECT_TRUE(exporter.close(patience));
  EXPECT_TRUE(exporter.close(patience));
  record_calls(exporter, 3);
  EXPECT_TRUE(exporter.flush(patience));
  expect_counts(exporter, 0, 0, 3);
  EXPECT_THAT(collector.requests(), IsEmpty());
}

TEST_F(Exporter, sends_the_rest_when_it_goes) {
  Collector collector;
  {
    OtlpExporter exporter(options_for(collector.url()));
    record_calls(exporter, 3);
  }
  EXPECT_THAT(collector.spans(), SizeIs(3));
}

TEST_F(Exporter, sends_nothing_when_nothing_happened) {
  Collector collector;
  {
    OtlpExporter exporter(options_for(collector.url()));
    EXPECT_TRUE(exporter.flush(patience));
  }
  EXPECT_THAT(collector.requests(), IsEmpty());
}

/// The message of the refusal, or empty.
std::string refusal(const std::function<void(OtlpOptions&)>& change) {
  OtlpOptions options;
  change(options);
  try {
    const OtlpExporter exporter(options);
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return {};
}

TEST_F(Exporter, refuses_options_that_make_no_sense) {
  EXPECT_THAT(refusal([](auto& o) { o.batch_size = 0; }), HasSubstr("batch_size"));
  EXPECT_THAT(refusal([](auto& o) { o.max_waiting = 0; }), HasSubstr("max_waiting"));
  EXPECT_THAT(refusal([](auto& o) { o.max_attempts = 0; }), HasSubstr("max_attempts"));
  EXPECT_THAT(refusal([](auto& o) { o.flush_interval = {}; }), HasSubstr("flush_interval"));
  EXPECT_THAT(refusal([](auto& o) { o.request_timeout = {}; }), HasSubstr("request_timeout"));
  EXPECT_THAT(refusal([](auto& o) { o.longest_hold = {}; }), HasSubstr("longest_hold"));
  EXPECT_THAT(refusal([](auto& o) { o.min_wait = -at_once; }), HasSubstr("min_wait"));
  EXPECT_THAT(refusal([](auto& o) { o.max_wait = {}; }), HasSubstr("max_wait"));
  for (const char* url : {"", "localhost:4318", "grpc://localhost", "http://", "http://secret@"}) {
    EXPECT_THAT(refusal([&](auto& o) { o.url = url; }),
                AllOf(HasSubstr("not an http or https URL"), Not(HasSubstr("secret"))))
        << url;
  }
  EXPECT_THAT(refusal([](auto& o) { o.headers = {{"a b", "c"}}; }), HasSubstr("'a b'"));
  EXPECT_THAT(refusal([](auto& o) {
                o.headers = {{"a", "secret\r\nb: c"}};
              }),
              AllOf(HasSubstr("'a'"), Not(HasSubstr("secret"))));
}

}  // namespace
}  // namespace ember::xcs
