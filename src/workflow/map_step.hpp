// The operator of a step with `map`: that of the step for each item of the lists in its input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ember/op.hpp>

namespace ember::workflow {

struct MapSettings {
  /// Of the step, for messages.
  std::string step;
  /// Fields of the input that hold the lists; all others are the same for every item.
  std::vector<std::string> fields;
  /// Fields of the output: empty lists where there are no items.
  std::vector<std::string> outputs;
  std::optional<int> batch_size = {};
  std::optional<int> max_workers = {};
};

/// It throws DataError for fields that are missing or no lists, and as `vmap` does.
Op<> map_step(const Op<>& target, MapSettings settings);

}  // namespace ember::workflow
