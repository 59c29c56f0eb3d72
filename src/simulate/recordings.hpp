// Recorded answers: what a model said to a prompt, read from a JSONL file.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ember::simulate {

class Recordings {
 public:
  /// Reads objects `{"model", "prompt", "completion"}`, one a line; blank lines do not count. Throws
  /// DataError naming `name` and the line for what is not such an object and for two completions of one
  /// prompt.
  static Recordings read(std::istream& lines, const std::string& name);
  /// The recordings in a file. Throws DataError as `read` does, and when the file can not be read.
  static Recordings load(const std::string& path);

  /// The answer of a model, or null. Lifetime: that of the recordings.
  [[nodiscard]] const std::string* find(std::string_view model, const std::string& prompt) const;
  [[nodiscard]] bool has_model(std::string_view model) const {
    return by_model_.find(model) != by_model_.end();
  }
  /// The models in the order they are met in the file.
  [[nodiscard]] const std::vector<std::string>& models() const noexcept { return models_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void add(std::string_view line, const std::string& place);

  using Answers = std::unordered_map<std::string, std::string>;
  std::map<std::string, Answers, std::less<>> by_model_;
  std::vector<std::string> models_;
  std::size_t size_ = 0;
};

}  // namespace ember::simulate
