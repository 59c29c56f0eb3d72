#include "observe/trace_page.hpp"

#include <gtest/gtest.h>

#include <string>

#include <ember/json.hpp>
#include <ember/trace_file.hpp>

#include "observe/traces.hpp"

namespace ember {
namespace {

Value data_of(const std::string& page) {
  const std::string start = R"(<script type="application/json" id="data">)";
  const std::size_t first = page.find(start) + start.size();
  return parse_json(page.substr(first, page.find("</script>", first) - first));
}

TEST(TracePage, holds_the_spans_the_path_and_the_operators) {
  const Value data = data_of(to_html(testing::sample_trace()));
  EXPECT_EQ(data["spans"].size(), 6U);
  const Value row = data["spans"][0];
  EXPECT_EQ(data["kinds"][static_cast<std::size_t>(row[0].integer())].string(), "row");
  EXPECT_EQ(row[2].integer(), -1);
  EXPECT_EQ(row[6].integer(), 1'000'000);
  EXPECT_EQ(row[10].string(), "row 1");
  EXPECT_EQ(row[11].string(), R"({"question":"2+2?"})");
  EXPECT_EQ(data["totals"]["wall"].integer(), 1'500'000);
  EXPECT_EQ(data["totals"]["failedRoots"].integer(), 1);
  EXPECT_EQ(data["operators"].size(), 4U);
  EXPECT_GT(data["path"].size(), 0U);
}

TEST(TracePage, texts_can_not_end_the_data_or_become_html) {
  xcs::Trace trace;
  auto record = testing::call("</script><b>\xe2\x80\xa8\xe2\x80\xa9", 0, {}, 0, 1);
  record.inputs = {{"html", "<!--<script></SCRIPT>"}};
  trace.records = {record};
  const std::string page =
      trace_page(read_spans(to_chrome_trace(trace), "t"), "</title><script>alert(1)</script>");
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_EQ(page.find("</SCRIPT>"), std::string::npos);
  EXPECT_EQ(page.find("\xe2\x80\xa8"), std::string::npos);
  EXPECT_EQ(page.find("\xe2\x80\xa9"), std::string::npos);
  const Value data = data_of(page);
  EXPECT_EQ(data["kinds"][0].string(), record.operator_name);
  EXPECT_EQ(data["title"].string(), "</title><script>alert(1)</script>");
}

TEST(TracePage, needs_nothing_from_elsewhere) {
  const std::string page = to_html(testing::sample_trace());
  for (const char* reference : {"http:", "https:", "src=", "@import", "url(", "fetch("}) {
    EXPECT_EQ(page.find(reference), std::string::npos) << reference;
  }
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(TracePage, of_no_calls_is_a_page) {
  EXPECT_EQ(data_of(to_html({}))["spans"].size(), 0U);
}

}  // namespace
}  // namespace ember
