// How many shards a batch has, and which items each of them.
#pragma once

#include <cstddef>
#include <vector>

#include <ember/pmap.hpp>
#include <ember/transform_error.hpp>

namespace ember::xcs {

/// `items` in `shards` contiguous parts, at most one per item; sizes differ by at most 1, larger ones first.
std::vector<ItemRange> even_shards(std::size_t items, std::size_t shards);

/// The shards of a pmap with that many workers.
std::vector<ItemRange> shards_of(std::size_t items, std::size_t workers, const ShardingOptions& options);

/// The shard that has `item`.
std::size_t shard_with(const std::vector<ItemRange>& shards, std::size_t item);

}  // namespace ember::xcs
