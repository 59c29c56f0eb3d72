#include "cli/line_reader.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <ember/error.hpp>

namespace ember::cli {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

std::optional<Line> LineReader::next() {
  const std::size_t end = buffer_.find('\n', searched_);
  if (end != std::string::npos) return take(end - start_, 1);
  searched_ = buffer_.size();
  if (is_at_end_) {
    if (start_ == buffer_.size() && dropped_ == 0) return std::nullopt;
    return take(buffer_.size() - start_, 0);
  }
  if (buffer_.size() - start_ > longest_) {
    dropped_ += buffer_.size() - start_;
    start_ = searched_ = buffer_.size();
  }
  drop_taken();
  return std::nullopt;
}

Line LineReader::take(std::size_t length, std::size_t ending) {
  Line line;
  line.number = ++lines_;
  line.bytes = dropped_ + length + ending;
  line.is_too_long = dropped_ > 0 || length > longest_;
  if (!line.is_too_long) {
    std::string_view text = std::string_view(buffer_).substr(start_, length);
    if (lines_ == 1 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (text.ends_with('\r')) text.remove_suffix(1);
    line.text = text;
  }
  dropped_ = 0;
  start_ += length + ending;
  searched_ = start_;
  if (start_ == buffer_.size()) drop_taken();
  return line;
}

void LineReader::drop_taken() {
  buffer_.erase(0, start_);
  searched_ -= start_;
  start_ = 0;
  // The memory of a very long line is given back.
  if (buffer_.capacity() > 16 * chunk_bytes && buffer_.size() < chunk_bytes) buffer_.shrink_to_fit();
}

void LineReader::fill() {
  const std::size_t size = buffer_.size();
  if (buffer_.capacity() < size + chunk_bytes) buffer_.reserve(2 * size + chunk_bytes);
  buffer_.resize(size + chunk_bytes);
  const ssize_t count = ::read(descriptor_, buffer_.data() + size, chunk_bytes);
  const int error = errno;
  buffer_.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
  if (count == 0) is_at_end_ = true;
  if (count < 0 && error != EINTR && error != EAGAIN) {
    throw DataError("can not read " + name_ + ": " + std::strerror(error));
  }
}

}  // namespace ember::cli
