// Batches by column: one call per chunk of items, for operators that answer all items of a chunk at once.
#pragma once

#include <memory>

#include <ember/op.hpp>

#include "transform/batch.hpp"

namespace ember::xcs {

/// True when calls of `target` can be made by column here: its items need not be checked or remembered one by
/// one.
bool takes_columns(const OperatorBase& target);

/// The calls of `by_item` on `target`, by column; `by_item` itself when they are not about items, or there
/// are none.
std::shared_ptr<const Batch> by_column(const OpReference& target, std::shared_ptr<const Batch> by_item);

}  // namespace ember::xcs
