// Reads rows from lines: what is no row, and ids that come twice, are errors of that row alone.
#pragma once

#include "cli/id_set.hpp"
#include "value/line_reader.hpp"

namespace ember::cli {

class RowReading {
 public:
  /// The row of a line. Throws DataError naming the line for text that is no JSON object, an id that is
  /// neither text nor integer, and an id that came before; `id` is what is known of it then.
  Value read(const Line& line, Value& id);

 private:
  IdSet ids_;
};

}  // namespace ember::cli
