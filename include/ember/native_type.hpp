// NativeType: how the library reads a C++ object of the user's that travels inside a Value.
#pragma once

#include <cstddef>
#include <string_view>
#include <typeinfo>
#include <vector>

#include <ember/value.hpp>

namespace ember {

/// Describes one C++ type. Objects of it live as long as the process; see `native_type_of` in fields.hpp.
struct NativeType {
  /// Readable name, for messages.
  std::string_view name{};
  const std::type_info* type = nullptr;
  /// Names of the fields in order of declaration.
  std::vector<std::string_view> fields{};
  /// The field `index` of `object`; null for types without EMBER_FIELDS.
  Value (*read)(const void* object, std::size_t index) = nullptr;
};

}  // namespace ember
