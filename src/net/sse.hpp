// SseParser: the text/event-stream format of the HTML standard, fed in pieces of any size.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <ember/clock.hpp>

namespace ember::net {

/// One event of a stream.
struct SseEvent {
  /// The `event` field; `message` when there was none.
  std::string type = "message";
  /// The `data` lines, joined by line feeds.
  std::string data{};
  /// The last `id` of the stream so far.
  std::string id{};
};

/// Turns bytes into events. How the bytes are cut into chunks makes no difference. Not thread-safe.
class SseParser {
 public:
  using OnEvent = std::function<void(const SseEvent&)>;

  /// `max_event_bytes` bounds one line and the data of one event.
  explicit SseParser(OnEvent on_event, std::size_t max_event_bytes = std::size_t{16} << 20);

  /// Parses the next bytes and calls back for each event they complete. Throws DataError when an event is
  /// over the limit; what the callback throws passes through. After an exception the parser must not be fed
  /// again.
  void feed(std::string_view chunk);

  /// True when the bytes so far end within an event, which the format says to drop at the end of the stream.
  [[nodiscard]] bool has_partial_event() const noexcept;
  /// How long the server asks to wait before connecting again, if it did.
  [[nodiscard]] const std::optional<Duration>& retry() const noexcept { return retry_; }

 private:
  void take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void dispatch();
  void check_size(std::size_t bytes) const;

  OnEvent on_event_;
  std::size_t max_event_bytes_;
  std::string line_;  // The beginning of a line whose end has not come yet.
  SseEvent event_;
  bool has_data_ = false;
  bool is_first_line_ = true;
  bool skip_line_feed_ = false;  // The last byte was a carriage return: a line feed belongs to it.
  std::optional<Duration> retry_;
};

}  // namespace ember::net
