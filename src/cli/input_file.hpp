// InputFile: the rows of a run as an open descriptor.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <string>

namespace ember::cli {

class InputFile {
 public:
  /// Opens `file`; `-` is standard input. Throws UsageError naming it.
  explicit InputFile(const std::string& file);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// For messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Bytes, when that is known before reading.
  [[nodiscard]] std::optional<std::size_t> size() const noexcept;
  [[nodiscard]] bool is_same_as(const std::string& file) const noexcept;

 private:
  std::string name_;
  int descriptor_;
  struct stat status_ {};
};

}  // namespace ember::cli
