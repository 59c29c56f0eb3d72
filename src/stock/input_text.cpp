#include "stock/input_text.hpp"

#include <cstddef>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::non {

std::string text_of(const Value& value) {
  if (value.is_string()) return value.string();
  return to_json(value);
}

std::string text_field(const Value& inputs, std::string_view name) {
  const Value value = inputs[name];
  if (value.is_null())
    throw IncompatibleTypeError("field '" + std::string(name) + "': expected a text, found null");
  return text_of(value);
}

std::vector<Value> list_field(const Value& inputs, std::string_view name) {
  const Value value = inputs[name];
  if (value.is_list()) return value.items();
  if (!value.is_array()) {
    throw IncompatibleTypeError("field '" + std::string(name) + "': expected list, found " +
                                std::string(to_string(value.kind())));
  }
  std::vector<Value> items;
  for (std::size_t i = 0; i < value.size(); ++i) items.push_back(value[i]);
  return items;
}

}  // namespace ember::non
