// ConfigErrors: everything that is wrong with a workflow file, gathered so that a person can mend it in one
// go.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "workflow/config_node.hpp"

namespace ember::workflow {

class ConfigErrors {
 public:
  void add(const Place& place, const std::string& message);
  [[nodiscard]] bool empty() const noexcept { return errors_.empty(); }
  /// Throws one ConfigError with a line `place: message` for each error, in the order of the file; nothing
  /// when there is none.
  void throw_if_any() const;

 private:
  struct Entry {
    std::size_t line;
    std::size_t column;
    std::string text;
  };
  std::vector<Entry> errors_;
};

/// Reports every field of a mapping that is not among `known`, naming the closest. `what` is such as `setting
/// of 'ask'`.
void refuse_unknown_keys(const ConfigNode& mapping, const std::vector<std::string>& known,
                         const std::string& what, ConfigErrors& errors);

}  // namespace ember::workflow
