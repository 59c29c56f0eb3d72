#include <ember/transform_error.hpp>

#include <utility>

#include "value/error_value.hpp"

namespace ember::xcs {
namespace {

/// What the user's code threw, and the path below the operator: one layer of wrapping is enough.
std::pair<std::exception_ptr, std::string> unwrapped(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const OperatorExecutionError& caught) {
    return {caught.cause() ? caught.cause() : error, caught.path()};
  } catch (const Error& caught) {
    return {error, caught.path()};
  } catch (...) {
    return {error, {}};
  }
}

std::string because(const std::exception_ptr& cause) {
  return " failed: " + message_of(unwrapped(cause).first);
}

void note_cause(Error& error, const ItemRange& items, const std::exception_ptr& cause) {
  auto [original, path] = unwrapped(cause);
  error.set_path(std::move(path));
  error.set_cause(std::move(original));
  error.add_context("index", std::to_string(items.first));
}

std::string text_of(const std::vector<std::size_t>& coordinates) {
  std::string text = "(";
  for (const std::size_t coordinate : coordinates)
    text += (text.size() > 1 ? ", " : "") + std::to_string(coordinate);
  return text + ")";
}

Value range_value(const ItemRange& items) {
  return {{"first", items.first}, {"last", items.last}};
}

ItemRange range_of(const Value& own) {
  return {static_cast<std::size_t>(own["first"].integer()), static_cast<std::size_t>(own["last"].integer())};
}

std::exception_ptr remake_item(const ErrorParts& parts) {
  if (!parts.cause) return parts.complete(TransformError(parts.message, parts.code));
  return parts.complete(ItemError(range_of(parts.own), parts.cause));
}

std::exception_ptr remake_parallel(const ErrorParts& parts) {
  const auto shard = static_cast<std::size_t>(parts.own["shard"].integer());
  const ItemRange items = range_of(parts.own);
  const std::string start = ParallelExecutionError::for_worker(shard, items, "").what();
  if (!parts.message.starts_with(start)) return parts.complete(ParallelExecutionError(parts.message));
  return parts.complete(ParallelExecutionError::for_worker(shard, items, parts.message.substr(start.size())));
}

std::exception_ptr remake_mesh(const ErrorParts& parts) {
  if (!parts.cause) return parts.complete(TransformError(parts.message, parts.code));
  std::vector<std::size_t> coordinates;
  for (const Value& at : parts.own["coordinates"].items())
    coordinates.push_back(static_cast<std::size_t>(at.integer()));
  return parts.complete(MeshShardingError(std::move(coordinates), range_of(parts.own), parts.cause));
}

const ErrorRegistration item_form(
    error_form<ItemError, TransformError>(remake_item, [](const std::exception& error) {
      return range_value(dynamic_cast<const ItemError&>(error).items());
    }));
const ErrorRegistration parallel_form(
    error_form<ParallelExecutionError, XCSError>(remake_parallel, [](const std::exception& error) {
      const auto& parallel = dynamic_cast<const ParallelExecutionError&>(error);
      return range_value(parallel.items()).with("shard", parallel.shard());
    }));
const ErrorRegistration mesh_form(
    error_form<MeshShardingError, TransformError>(remake_mesh, [](const std::exception& error) {
      const auto& mesh = dynamic_cast<const MeshShardingError&>(error);
      return range_value(mesh.items()).with("coordinates", list(mesh.coordinates()));
    }));

}  // namespace

std::string to_string(const ItemRange& items) {
  if (items.last <= items.first + 1) return "item " + std::to_string(items.first);
  return "items " + std::to_string(items.first) + "-" + std::to_string(items.last - 1);
}

ItemError::ItemError(ItemRange items, const std::exception_ptr& cause)
    : TransformError("[vmap] " + to_string(items) + because(cause)), items_(items) {
  note_cause(*this, items, cause);
}

ParallelExecutionError ParallelExecutionError::for_worker(std::size_t shard, ItemRange items,
                                                          const std::exception_ptr& cause) {
  ParallelExecutionError error = for_worker(shard, items, message_of(unwrapped(cause).first));
  note_cause(error, items, cause);
  return error;
}

ParallelExecutionError ParallelExecutionError::for_worker(std::size_t shard, ItemRange items,
                                                          std::string_view message) {
  ParallelExecutionError error("[pmap] shard " + std::to_string(shard) + " (" + to_string(items) +
                               ") failed: " + std::string(message));
  error.shard_ = shard;
  error.items_ = items;
  error.add_context("index", std::to_string(items.first));
  error.add_context("shard", std::to_string(shard));
  return error;
}

MeshShardingError::MeshShardingError(std::vector<std::size_t> coordinates, ItemRange items,
                                     const std::exception_ptr& cause)
    : TransformError(
          "[mesh_sharded] device " + text_of(coordinates) + " (" + to_string(items) + ")" + because(cause),
          Errc::mesh_sharding),
      coordinates_(std::move(coordinates)),
      items_(items) {
  note_cause(*this, items, cause);
  add_context("device", text_of(coordinates_));
}

}  // namespace ember::xcs
