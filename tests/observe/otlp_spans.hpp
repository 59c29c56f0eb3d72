// The spans in the body of an OTLP request, read strictly: what the encoding forbids fails the test.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include <ember/json.hpp>
#include <ember/value.hpp>

namespace ember::testing {

struct OtlpSpan {
  std::string trace{};
  std::string id{};
  std::string parent{};
  std::string name{};
  std::string start{};
  std::string end{};
  std::map<std::string, Value> attributes{};
  Value status{};
  Value events{};
};

inline bool is_hex(const std::string& text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos &&
         text.find_first_not_of('0') != std::string::npos;
}

inline bool is_decimal(const Value& value) {
  return value.is_string() && !value.string().empty() &&
         value.string().find_first_not_of("0123456789") == std::string::npos;
}

/// By key; each value is the one field of its `AnyValue`.
inline std::map<std::string, Value> otlp_attributes(const Value& list) {
  std::map<std::string, Value> attributes;
  for (const Value& pair : list.items()) {
    EXPECT_EQ(pair.fields().size(), 2U) << to_json(pair);
    const auto& value = pair["value"].fields();
    EXPECT_EQ(value.size(), 1U) << to_json(pair);
    const auto& [type, content] = value.front();
    const bool fits = type == "intValue"      ? is_decimal(content)
                      : type == "stringValue" ? content.is_string()
                      : type == "boolValue"   ? content.is_boolean()
                      : type == "doubleValue" ? content.is_integer() || content.is_number()
                                              : false;
    EXPECT_TRUE(fits) << to_json(pair);
    EXPECT_TRUE(attributes.emplace(pair["key"].string(), content).second) << "twice: " << to_json(pair);
  }
  return attributes;
}

inline OtlpSpan otlp_span(const Value& span) {
  OtlpSpan read;
  for (const auto& [key, value] : span.fields()) {
    EXPECT_THAT(key,
                ::testing::AnyOf("traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano",
                                 "endTimeUnixNano", "attributes", "events", "status"));
  }
  read.trace = span["traceId"].string();
  read.id = span["spanId"].string();
  if (const Value* parent = span.find("parentSpanId")) read.parent = parent->string();
  EXPECT_TRUE(is_hex(read.trace, 32)) << read.trace;
  EXPECT_TRUE(is_hex(read.id, 16)) << read.id;
  EXPECT_TRUE(read.parent.empty() || is_hex(read.parent, 16)) << read.parent;
  EXPECT_TRUE(is_decimal(span["startTimeUnixNano"]) && is_decimal(span["endTimeUnixNano"]));
  EXPECT_TRUE(span["kind"].is_integer());
  read.name = span["name"].string();
  read.start = span["startTimeUnixNano"].string();
  read.end = span["endTimeUnixNano"].string();
  read.attributes = otlp_attributes(span["attributes"]);
  read.status = span["status"];
  if (const Value* events = span.find("events")) read.events = *events;
  return read;
}

inline std::vector<OtlpSpan> otlp_spans(const std::string& body) {
  const Value request = parse_json(body);
  std::vector<OtlpSpan> spans;
  for (const Value& resource : request["resourceSpans"].items()) {
    for (const Value& scope : resource["scopeSpans"].items()) {
      for (const Value& span : scope["spans"].items()) spans.push_back(otlp_span(span));
    }
  }
  return spans;
}

}  // namespace ember::testing
