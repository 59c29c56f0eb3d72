#include "transform/sharding.hpp"

#include <algorithm>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

/// Shards per worker that are small enough to balance.
constexpr std::size_t dynamic_shards = 4;

std::vector<ItemRange> full_shards(std::size_t items, std::size_t size) {
  std::vector<ItemRange> shards;
  for (std::size_t first = 0; first < items; first += size) {
    shards.push_back({first, std::min(items, first + size)});
  }
  return shards;
}

}  // namespace

void ShardingOptions::validate() const {
  if (max_shard_size < 0) {
    throw TransformError::for_transform(
        "pmap", "max_shard_size must be positive, or 0 for no bound; got " + std::to_string(max_shard_size));
  }
  if (strategy != "even" && strategy != "greedy" && strategy != "dynamic") {
    throw TransformError::for_transform(
        "pmap", "unknown sharding strategy '" + strategy + "'; there are: dynamic, even, greedy");
  }
}

std::vector<ItemRange> even_shards(std::size_t items, std::size_t shards) {
  std::vector<ItemRange> parts;
  const std::size_t count = std::min(items, shards);
  std::size_t first = 0;
  for (std::size_t shard = 0; shard < count; ++shard) {
    const std::size_t size = items / count + (shard < items % count ? 1 : 0);
    parts.push_back({first, first + size});
    first += size;
  }
  return parts;
}

std::vector<ItemRange> shards_of(std::size_t items, std::size_t workers, const ShardingOptions& options) {
  if (items == 0) return {};
  const bool is_dynamic = options.strategy == "dynamic" || options.adaptive_sharding;
  std::size_t count = std::min(items, is_dynamic ? workers * dynamic_shards : workers);
  std::size_t largest = (items + count - 1) / count;
  if (options.max_shard_size > 0) {
    largest = std::min(largest, static_cast<std::size_t>(options.max_shard_size));
    count = std::max(count, (items + largest - 1) / largest);
  }
  return options.strategy == "greedy" ? full_shards(items, largest) : even_shards(items, count);
}

std::size_t shard_with(const std::vector<ItemRange>& shards, std::size_t item) {
  const auto after =
      std::upper_bound(shards.begin(), shards.end(), item,
                       [](std::size_t wanted, const ItemRange& shard) { return wanted < shard.first; });
  return static_cast<std::size_t>(after - shards.begin()) - 1;
}

}  // namespace ember::xcs
