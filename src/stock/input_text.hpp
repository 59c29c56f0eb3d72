// Reads texts from the inputs of stock operators, with errors that name the field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ember/value.hpp>

namespace ember::non {

/// A value as text for a prompt: strings as they are, other kinds as JSON.
std::string text_of(const Value& value);

/// The field `name` as text. Throws ItemNotFoundError when it is missing, IncompatibleTypeError when it is
/// null.
std::string text_field(const Value& inputs, std::string_view name);

/// The items of the field `name`. Throws ItemNotFoundError when it is missing, IncompatibleTypeError when it
/// is no list.
std::vector<Value> list_field(const Value& inputs, std::string_view name);

}  // namespace ember::non
