// Random Values for property tests; a failing test prints the seed that made them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <ember/value.hpp>

namespace ember::test {

/// Makes Values of every JSON kind. The same seed gives the same sequence.
class RandomValue {
 public:
  explicit RandomValue(std::uint64_t seed) : engine_(seed) {}

  Value next(int depth = 4) {
    switch (below(depth > 0 ? 9 : 6)) {
      case 0:
        return {};
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(below(7)) - 3;
      case 3:
        return static_cast<std::int64_t>(engine_());
      case 4:
        return number();
      case 5:
        return text();
      case 6:
        return items(depth);
      default:
        return mapping(depth);
    }
  }

  Value mapping(int depth = 3) {
    std::vector<std::pair<std::string, Value>> fields;
    const std::size_t size = below(8) == 0 ? 20 + below(20) : below(5);
    for (std::size_t i = 0; i < size; ++i) fields.emplace_back(text() + std::to_string(i), next(depth - 1));
    return Value::mapping(std::move(fields));
  }

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }

  template <class T>
  void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }

 private:
  Value items(int depth) {
    std::vector<Value> content;
    const std::size_t size = below(6);
    for (std::size_t i = 0; i < size; ++i) content.push_back(next(depth - 1));
    return Value::list(std::move(content));
  }

  double number() {
    if (below(3) == 0) return static_cast<double>(below(10)) - 5;
    return std::ldexp(static_cast<double>(static_cast<std::int64_t>(engine_())),
                      static_cast<int>(below(1900)) - 1000);
  }

  std::string text() {
    static const std::vector<std::string> parts = {"a",  "\"", "\\", "\n", "\x01",      "ä",
                                                   "漢", "😀", "/",  " ",  "long text "};
    std::string result;
    for (std::size_t i = below(6); i > 0; --i) result += parts[below(parts.size())];
    return result;
  }

  std::mt19937_64 engine_;
};

}  // namespace ember::test
