// OutputFile: rows as lines of a file or of standard output, with every failure noticed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ember::cli {

class OutputFile {
 public:
  /// Opens and empties `file`; `-` is standard output. Throws DataError naming it.
  explicit OutputFile(const std::string& file);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Adds a line; it is written at the next `flush`, or earlier. Throws as `flush` does.
  void add(std::string_view line);
  /// Writes what was added. Throws DataError naming the file, the reason and the number of rows that were
  /// written.
  void flush();
  /// Flushes and closes. Throws as `flush` does.
  void close();

  /// Lines that have reached the file completely.
  [[nodiscard]] std::size_t lines_written() const noexcept { return lines_written_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// For messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  [[noreturn]] void fail(int error) const;

  std::string name_;
  int descriptor_ = -1;
  std::string pending_;
  std::size_t lines_written_ = 0;
};

}  // namespace ember::cli
