// Records of calls made by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <ember/tracer.hpp>

namespace ember::testing {

/// A call that began at `call` seconds and took one.
inline std::shared_ptr<xcs::TraceRecord> traced_call(std::uint64_t call,
                                                     std::optional<std::uint64_t> parent = {},
                                                     std::string name = "step") {
  auto record = std::make_shared<xcs::TraceRecord>();
  record->operator_name = std::move(name);
  record->call_id = call;
  record->parent_id = parent;
  record->start_time = TimePoint(std::chrono::seconds(call));
  record->end_time = record->start_time + std::chrono::seconds(1);
  record->thread_id = 1;
  record->device = "cpu";
  return record;
}

}  // namespace ember::testing
