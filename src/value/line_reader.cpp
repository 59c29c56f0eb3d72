#include "value/line_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <istream>
#include <string_view>
#include <utility>

#include <ember/error.hpp>

namespace ember {

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

std::ptrdiff_t LineReader::read(char* to) const {
  if (!input_) return ::read(descriptor_, to, chunk_bytes);
  // What is there already, and no more: a stream may be somebody who types.
  std::streambuf& buffer = *input_->rdbuf();
  if (buffer.sgetc() == std::streambuf::traits_type::eof()) return 0;
  return buffer.sgetn(to, std::clamp<std::streamsize>(buffer.in_avail(), 1, chunk_bytes));
}

void LineReader::fill() {
  const std::size_t size = buffer_.size();
  if (buffer_.capacity() < size + chunk_bytes) buffer_.reserve(2 * size + chunk_bytes);
  buffer_.resize(size + chunk_bytes);
  const std::ptrdiff_t count = read(buffer_.data() + size);
  const int error = errno;
  buffer_.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
  if (count == 0) is_at_end_ = true;
  if (count < 0 && error != EINTR && error != EAGAIN) {
    throw DataError("can not read " + name_ + ": " + std::strerror(error));
  }
}

bool is_blank(const Line& line) noexcept {
  return !line.is_too_long && line.text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string too_long_message() {
  return "longer than " + std::to_string(LineReader::most_bytes >> 20U) + " MiB";
}

}  // namespace ember
