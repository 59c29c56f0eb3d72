// Span: a call as it was read back from a trace file, and the tree that the spans of a file make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ember/call_usage.hpp>
#include <ember/clock.hpp>
#include <ember/value.hpp>

namespace ember {

struct Span {
  std::string name = {};
  std::int64_t id = 0;
  /// Position of the parent in the list.
  std::optional<std::size_t> parent = {};
  /// Positions of the children, by start.
  std::vector<std::size_t> children = {};
  /// Position in `SpanList::tracks`.
  std::size_t track = 0;
  std::int64_t thread = 0;
  /// From the first start of the trace.
  Duration start{};
  Duration end{};
  /// False for spans that are no call of an operator, such as a row.
  bool is_operator = true;
  bool is_failed = false;
  bool is_cached = false;
  std::string error_class = {};
  std::string error_message = {};
  std::string device = {};
  std::string instance = {};
  /// The own name of the operator, where the span has another.
  std::string operator_name = {};
  CallUsage usage = {};
  Value inputs = {};
  Value outputs = {};

  [[nodiscard]] Duration duration() const noexcept { return end - start; }
  /// The name that it is counted under: of spans such as `row 17` without the number.
  [[nodiscard]] std::string_view kind() const noexcept;
};

struct SpanList {
  /// By start, parents before their children.
  std::vector<Span> spans = {};
  /// Positions of the spans without parent.
  std::vector<std::size_t> roots = {};
  /// Names.
  std::vector<std::string> tracks = {};
  /// Calendar time of the start, when the file has it.
  std::string start = {};
  /// From the first start to the last end.
  Duration wall{};
  /// Calls that the writer had to leave out.
  std::size_t calls_lost = 0;
  /// The file ends in the middle; what stands before that is here.
  bool is_cut_off = false;
};

/// The spans of a document in the Trace Event Format, also of one that another program wrote: complete events
/// count, nested ones of a thread are parent and child. Throws DataError that starts with `'<file>'` and says
/// what is wrong and where.
SpanList read_spans(std::string_view text, const std::string& file);

/// The same from a file. Throws DataError also when it can not be read.
SpanList read_span_file(const std::string& file);

}  // namespace ember
