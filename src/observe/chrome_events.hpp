// Calls as events of the Trace Event Format, one to a line: a file that was cut off can still be read.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ember/tracer.hpp>

namespace ember {

/// Appends the parts of a document to a text.
class ChromeEvents {
 public:
  explicit ChromeEvents(const xcs::TraceOrigin& origin) : origin_(origin) {}

  /// Everything before the first event.
  void add_head(std::string& text) const;
  /// The call as a complete event; before the first one of its track, the name of the track.
  void add_call(std::string& text, const xcs::TraceRecord& call);
  /// Everything after the last event.
  static void add_end(std::string& text, std::size_t calls_lost);

 private:
  void name_track(std::string& text, std::size_t track);

  xcs::TraceOrigin origin_;
  std::vector<bool> named_tracks_;
};

}  // namespace ember
