#include "cli/row_reading.hpp"

#include <string>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::cli {

Value RowReading::read(const Line& line, Value& id) {
  const std::string place = "line " + std::to_string(line.number);
  if (line.is_too_long) throw DataError(place + " is " + too_long_message());
  Value row;
  try {
    row = parse_json(line.text);
  } catch (const JsonError& error) {
    throw DataError(place + " is not JSON: " + error.what());
  }
  if (!row.is_mapping())
    throw DataError(place + " is not a JSON object but " + std::string(to_string(row.kind())));
  const Value given = row.get("id");
  if (given.is_null()) return row;
  if (!given.is_string() && !given.is_integer()) {
    throw DataError(place + ": the id must be a text or an integer, found " +
                    std::string(to_string(given.kind())));
  }
  id = given;
  if (!ids_.add(given))
    throw DataError(place + ": the id " + to_json(given) + " stands in an earlier line too");
  return row;
}

}  // namespace ember::cli
