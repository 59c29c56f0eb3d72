// small_op: an operator that does next to nothing, so that only the price of the call is left.
#pragma once

#include <ember/op.hpp>

namespace ember::bench {

/// One more than an integer, or than the sum of a list of them.
inline Op<> small_op() {
  return op("small", [](const Value& input) -> Value {
    std::int64_t sum = 1;
    if (input.is_integer()) {
      sum += input.integer();
    } else if (input.is_list()) {
      for (const Value& item : input.items()) sum += item.integer();
    }
    return sum;
  });
}

}  // namespace ember::bench
