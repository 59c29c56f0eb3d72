#include "transform/divided_batch.hpp"

#include <utility>

#include "transform/sharding.hpp"

namespace ember::xcs {

std::size_t DividedBatch::size() const {
  return is_by_item() ? layout_.size() : division_.shards.size();
}

Value DividedBatch::input(std::size_t call) const {
  if (is_by_item()) return layout_.item(call);
  return shard_input(call);
}

ItemRange DividedBatch::items(std::size_t call) const {
  return is_by_item() ? ItemRange{call, call + 1} : division_.shards[call];
}

ItemRange DividedBatch::failed_items(std::size_t call) const {
  return settings().fails_by_group ? division_.shards[shard(call)] : items(call);
}

std::size_t DividedBatch::shard(std::size_t call) const {
  return is_by_item() ? shard_with(division_.shards, call) : call;
}

std::string DividedBatch::device(std::size_t call) const {
  return division_.devices[shard(call)];
}

std::vector<ItemRange> DividedBatch::groups() const {
  if (is_by_item()) return division_.shards;
  std::vector<ItemRange> single;
  for (std::size_t call = 0; call < size(); ++call) single.push_back({call, call + 1});
  return single;
}

Value DividedBatch::join(std::vector<Value> outputs, const std::vector<CallFailure>& failures) const {
  if (is_by_item()) return outputs_.stacked(std::move(outputs), failures, layout_.style());
  std::vector<ShardOutput> shards;
  for (std::size_t call = 0; call < outputs.size(); ++call) {
    const ItemRange range = items(call);
    shards.push_back({std::move(outputs[call]), range.last - range.first, false});
  }
  for (const CallFailure& failure : failures) shards[failure.call].is_missing = true;
  return join_shards(shards, outputs_.form());
}

}  // namespace ember::xcs
