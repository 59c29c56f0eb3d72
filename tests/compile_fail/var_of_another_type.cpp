// expect: no match for call|no matching function for call
// The types of a composition are checked when it is compiled: a Var<int> is no argument for a string.
#include <ember/op.hpp>

#include <string>

const auto length =
    ember::op("length", [](const std::string& text) { return static_cast<int>(text.size()); });
#ifdef CORRECTED
const auto twice = ember::op("twice", [](const int& number) { return 2 * number; });
#else
const auto twice = ember::op("twice", [](const std::string& text) { return text + text; });
#endif

class Pipeline final : public ember::Composite<int(std::string)> {
 public:
  ember::Var<int> forward(ember::Var<std::string> text) const override {
    twice(length(text));
    return length(text);
  }
};
