// LineReader: the lines of a file or pipe, one at a time, of bounded length.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

namespace ember {

struct Line {
  std::string text;
  /// Counted from 1; empty lines count.
  std::size_t number = 0;
  /// Bytes in the file, with the end of the line.
  std::size_t bytes = 0;
  /// The line was too long to be kept; `text` is empty.
  bool is_too_long = false;
};

/// Takes a byte order mark off the first line and `\r` off every end. The last line needs no end.
class LineReader {
 public:
  static constexpr std::size_t most_bytes = std::size_t{256} << 20U;

  /// `name` is for messages. The descriptor stays the caller's.
  LineReader(int descriptor, std::string name, std::size_t longest = most_bytes)
      : descriptor_(descriptor), name_(std::move(name)), longest_(longest) {}
  LineReader(std::istream& input, std::string name, std::size_t longest = most_bytes)
      : input_(&input), name_(std::move(name)), longest_(longest) {}

  /// The next line that has been read completely, without reading.
  std::optional<Line> next();
  /// Reads once, which may block. Throws DataError naming the file.
  void fill();
  /// True when nothing is left to read; lines may still be there.
  [[nodiscard]] bool is_at_end() const noexcept { return is_at_end_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  Line take(std::size_t length, std::size_t ending);
  void drop_taken();
  /// How many bytes were put at `to`, 0 at the end, below 0 for an error.
  std::ptrdiff_t read(char* to) const;

  int descriptor_ = -1;
  /// In place of a descriptor.
  std::istream* input_ = nullptr;
  std::string name_;
  std::size_t longest_;
  std::string buffer_;
  /// Start of the first line in the buffer, and up to where it was searched for its end.
  std::size_t start_ = 0;
  std::size_t searched_ = 0;
  std::size_t lines_ = 0;
  /// Bytes of the line that is too long and thrown away.
  std::size_t dropped_ = 0;
  bool is_at_end_ = false;
};

/// True when there is nothing but white space.
bool is_blank(const Line& line) noexcept;
/// That a line is longer than can be read.
std::string too_long_message();

}  // namespace ember
