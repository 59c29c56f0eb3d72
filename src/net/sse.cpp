#include "net/sse.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <ember/error.hpp>

namespace ember::net {

SseParser::SseParser(OnEvent on_event, std::size_t max_event_bytes)
    : on_event_(std::move(on_event)), max_event_bytes_(max_event_bytes) {}

void SseParser::feed(std::string_view chunk) {
  if (skip_line_feed_ && !chunk.empty()) {
    skip_line_feed_ = false;
    if (chunk.front() == '\n') chunk.remove_prefix(1);
  }
  while (!chunk.empty()) {
    const std::size_t end = chunk.find_first_of("\r\n");
    check_size(line_.size() + std::min(end, chunk.size()));
    if (end == std::string_view::npos) {
      line_ += chunk;
      return;
    }
    if (line_.empty()) {
      take_line(chunk.substr(0, end));
    } else {
      line_ += chunk.substr(0, end);
      take_line(std::exchange(line_, {}));
    }
    std::size_t next = end + 1;
    if (chunk[end] == '\r') {
      if (next == chunk.size()) {
        skip_line_feed_ = true;
      } else if (chunk[next] == '\n') {
        ++next;
      }
    }
    chunk.remove_prefix(next);
  }
}

bool SseParser::has_partial_event() const noexcept {
  return has_data_ || !line_.empty();
}

void SseParser::take_line(std::string_view line) {
  if (std::exchange(is_first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.empty()) return dispatch();
  const std::size_t colon = line.find(':');
  if (colon == 0) return;  // A comment.
  if (colon == std::string_view::npos) return take_field(line, {});
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
    check_size(event_.data.size());
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) event_.id = value;
  } else if (name == "retry") {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) return;
    constexpr std::int64_t longest = std::int64_t{1}
                                     << 40;  // More milliseconds than this do not fit a Duration.
    std::int64_t milliseconds = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (parsed.ec != std::errc{}) milliseconds = longest;
    retry_ = std::chrono::milliseconds(std::min(milliseconds, longest));
  }
}

void SseParser::dispatch() {
  if (event_.type.empty()) event_.type = "message";
  if (has_data_) on_event_(event_);
  event_.type = "message";
  event_.data.clear();
  has_data_ = false;
}

void SseParser::check_size(std::size_t bytes) const {
  if (bytes <= max_event_bytes_) return;
  throw DataError("an event of the stream is over the limit of " + std::to_string(max_event_bytes_) +
                  " bytes");
}

}  // namespace ember::net
