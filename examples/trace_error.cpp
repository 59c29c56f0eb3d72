// A composition that looks at data can not be recorded: no operator has run yet. Two ways to say it
// otherwise.
//
//   question --> classify --> {kind} --> if (kind == "sum") ...        refused: what would `kind` be?
//   question --> classify --> {kind} --+
//          +---------------------------+--> route --> {answer}         the decision is in a leaf
//
#include <ember/error.hpp>
#include <ember/program.hpp>

#include <iostream>

using namespace ember;

int main() {
  const auto classify = op("classify", [](const Value& in) -> Value {
    return {{"kind", in["text"].string().find('+') != std::string::npos ? "sum" : "text"}};
  });
  const auto add = op("add", [](const Value&) -> Value { return {{"answer", "a number"}}; });
  const auto read = op("read", [](const Value&) -> Value { return {{"answer", "a word"}}; });

  // docs: begin refused
  const auto looks = [&](Var<> question) {
    const auto kind = classify(question)["kind"];
    return kind.get().string() == "sum" ? add(question) : read(question);  // get() asks for data.
  };
  // docs: end refused
  try {
    (void)xcs::autograph(looks);
  } catch (const TraceError& error) {
    std::cout << "TraceError " << error.code() << '\n';
  }

  // docs: begin leaf
  const auto route = op(
      "route", [&](const Value& in) -> Value { return in["kind"].string() == "sum" ? add(in) : read(in); });
  const auto routed = xcs::autograph([&](Var<> question) {
    return route(object({{"kind", classify(question)["kind"]}, {"text", question["text"]}}));
  });
  // docs: end leaf
  std::cout << routed({{"text", "1 + 1"}})["answer"].string() << '\n';

  // docs: begin plain
  const Op<> plain = op("plain", looks);  // Called, and not recorded: `get()` just gives the data.
  std::cout << plain({{"text", "tea"}})["answer"].string() << '\n';
  // docs: end plain
}

// Prints:
//   TraceError 5001
//   a number
//   a word
