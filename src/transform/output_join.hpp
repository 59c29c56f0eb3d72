// How the outputs of the calls on a batch become one output.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <ember/axes.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// What the batch was, which decides what its output is.
enum class BatchStyle { mapping, list, positional };

/// What a transform says of the outputs of its calls.
struct OutputForm {
  Axes axes;
  std::string transform;
  /// The name of the option that set the axes.
  std::string option = "out_axes";
};

struct StackRules {
  const OutputForm& form;
  BatchStyle style;
  /// Outputs are items of one list, whatever they are.
  bool is_always_list = false;
  /// Positions, ascending, of outputs that do not exist: nulls stand for them.
  std::vector<std::size_t> missing = {};
};

/// One output per item, stacked: by field when the batch and all outputs are mappings, else as they are. A
/// field that some outputs lack is null there. Throws TransformError when the axes do not fit.
Value stack_outputs(std::vector<Value> outputs, const StackRules& rules);

/// The output of the call on one shard.
struct ShardOutput {
  Value value;
  /// Number of items in the shard.
  std::size_t items = 0;
  /// There is no output: its positions are filled with nulls.
  bool is_missing = false;
};

/// One output per shard, joined: lists one after the other, other outputs as one entry per shard; by field
/// when all outputs are mappings. A field that a shard lacks has no entry for it.
/// Along an axis behind the front one, all outputs must be lists that have it. Where the axis is null all
/// must be equal, and one copy is given. Throws TransformError.
Value join_shards(const std::vector<ShardOutput>& outputs, const OutputForm& form);

}  // namespace ember::xcs
