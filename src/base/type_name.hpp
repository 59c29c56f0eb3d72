// Readable names of C++ types.
#pragma once

#include <string>
#include <typeinfo>

namespace ember {

/// The name of a class without namespaces and template arguments: `runtime_error`.
std::string short_type_name(const std::type_info& type);

}  // namespace ember
