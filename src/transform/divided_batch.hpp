// DividedBatch: a batch divided over workers or devices; its calls are about items or about whole parts.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "transform/batch.hpp"
#include "transform/batch_layout.hpp"
#include "transform/granularity.hpp"
#include "transform/item_outputs.hpp"

namespace ember::xcs {

class DividedBatch : public Batch {
 public:
  /// How items come to their places.
  struct Division {
    Granularity granularity = Granularity::shard;
    std::vector<ItemRange> shards;
    /// One for each shard; empty where the options say.
    std::vector<std::string> devices;
  };

  DividedBatch(BatchLayout layout, const BatchSettings& settings, Division division, ItemOutputs outputs)
      : Batch(settings),
        layout_(std::move(layout)),
        division_(std::move(division)),
        outputs_(std::move(outputs)) {}

  [[nodiscard]] std::size_t size() const override;
  [[nodiscard]] Value input(std::size_t call) const override;
  [[nodiscard]] Value join(std::vector<Value> outputs,
                           const std::vector<CallFailure>& failures) const override;
  [[nodiscard]] ItemRange items(std::size_t call) const override;
  [[nodiscard]] std::string device(std::size_t call) const override;
  [[nodiscard]] bool has_devices() const override { return !division_.devices.empty(); }
  [[nodiscard]] std::vector<ItemRange> groups() const override;
  [[nodiscard]] std::optional<ItemForm> item_form() const override {
    return is_by_item() ? std::optional(ItemForm{layout_, outputs_}) : std::nullopt;
  }

  [[nodiscard]] bool is_by_item() const noexcept { return division_.granularity == Granularity::item; }
  [[nodiscard]] const std::vector<ItemRange>& shards() const noexcept { return division_.shards; }
  /// The input of a call for a whole shard.
  [[nodiscard]] Value shard_input(std::size_t shard) const {
    return layout_.slice(division_.shards[shard].first, division_.shards[shard].last);
  }

 protected:
  /// The shard that a call is about, or that its item belongs to.
  [[nodiscard]] std::size_t shard(std::size_t call) const;
  /// The items that fail when a call fails.
  [[nodiscard]] ItemRange failed_items(std::size_t call) const;

 private:
  const BatchLayout layout_;
  const Division division_;
  const ItemOutputs outputs_;
};

/// One call with everything, whose outcome is that of the batch: for what can not be divided.
class DirectBatch final : public Batch {
 public:
  DirectBatch(Value input, const BatchSettings& settings, std::string device)
      : Batch(settings), input_(std::move(input)), device_(std::move(device)) {}

  [[nodiscard]] std::size_t size() const override { return 1; }
  [[nodiscard]] Value input(std::size_t) const override { return input_; }
  [[nodiscard]] Value join(std::vector<Value> outputs, const std::vector<CallFailure>&) const override {
    return std::move(outputs.front());
  }
  [[nodiscard]] std::exception_ptr error(std::size_t, const std::exception_ptr& cause) const override {
    return cause;
  }
  [[nodiscard]] std::string device(std::size_t) const override { return device_; }
  [[nodiscard]] bool has_devices() const override { return !device_.empty(); }

 private:
  const Value input_;
  const std::string device_;
};

}  // namespace ember::xcs
