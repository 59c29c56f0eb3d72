// ValueStream: values that come one at a time, when somebody asks for the next: from a function, a range, the
// lines of a file. `for (const Value& row : json_lines("rows.jsonl"))`
#pragma once

#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

#include <ember/value.hpp>

namespace ember {

/// A source that can be read once, so it moves and does not copy. Nothing is read before it is asked for, on
/// the thread that asks. Not thread-safe.
class ValueStream {
 public:
  /// No values.
  ValueStream() = default;
  /// What `next` gives, call by call, until it gives nothing: `std::optional<Value> next()`. What it throws
  /// passes through.
  template <class Next>
    requires(!std::same_as<Next, ValueStream> &&
             std::same_as<std::invoke_result_t<Next&>, std::optional<Value>>)
  explicit ValueStream(Next next) : source_(std::make_unique<FunctionSource<Next>>(std::move(next))) {}
  /// The elements of a range, as Values. The range is moved or copied in; a view stays one.
  template <class Range>
    requires(!std::same_as<Range, ValueStream> && std::ranges::input_range<Range> &&
             std::constructible_from<Value, std::ranges::range_reference_t<Range>>)
  explicit ValueStream(Range range) : source_(std::make_unique<RangeSource<Range>>(std::move(range))) {}
  /// The elements from `first` to before `last`. Lifetime: that of what they are iterators of.
  template <std::input_iterator First, std::sentinel_for<First> Last>
    requires std::constructible_from<Value, std::iter_reference_t<First>>
  ValueStream(First first, Last last)
      : ValueStream(std::ranges::subrange<First, Last>(std::move(first), std::move(last))) {}

  /// The next value; nothing at the end and ever after, and then what the source keeps is let go. Throws what
  /// the source throws.
  [[nodiscard]] std::optional<Value> next();

  /// Reads value by value; reaching the next one may throw as `next` does.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = const Value&;

    Iterator() = default;
    explicit Iterator(ValueStream* stream) : stream_(stream) { ++*this; }
    reference operator*() const noexcept { return value_; }
    pointer operator->() const noexcept { return &value_; }
    Iterator& operator++() {
      value_ = {};  // Not kept alive while the next one is made.
      if (std::optional<Value> next = stream_->next()) {
        value_ = *std::move(next);
      } else {
        stream_ = nullptr;
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& left, const Iterator& right) noexcept {
      return left.stream_ == right.stream_;
    }

   private:
    ValueStream* stream_ = nullptr;
    Value value_;
  };

  /// Reads the first value, and throws as `next` does.
  [[nodiscard]] Iterator begin() { return Iterator(this); }
  [[nodiscard]] static Iterator end() noexcept { return {}; }

 private:
  class Source {
   public:
    Source() = default;
    virtual ~Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual std::optional<Value> next() = 0;
  };
  template <class Next>
  class FunctionSource final : public Source {
   public:
    explicit FunctionSource(Next next) : next_(std::move(next)) {}
    std::optional<Value> next() override { return next_(); }

   private:
    Next next_;
  };
  template <class Range>
  class RangeSource final : public Source {
   public:
    explicit RangeSource(Range range) : range_(std::move(range)) {}
    std::optional<Value> next() override {
      if (position_) {
        ++*position_;
      } else {
        position_.emplace(std::ranges::begin(range_));
      }
      if (*position_ == std::ranges::end(range_)) return std::nullopt;
      return std::optional<Value>(std::in_place, **position_);
    }

   private:
    Range range_;
    std::optional<std::ranges::iterator_t<Range>> position_;
  };

  std::unique_ptr<Source> source_;
};

/// The lines of a file as texts, without their ends. Throws DataError naming the file when it can not be
/// opened; reading throws it naming file and line. Lines are UTF-8 or not, as they are; one longer than 256
/// MiB is an error.
ValueStream lines(const std::string& file);
/// The lines of `input`, which is called `name` in messages. Lifetime: `input` outlives the stream.
ValueStream lines(std::istream& input, const std::string& name = "input");

/// The JSON documents of a file that has one on each line; empty lines are passed over. Throws as `lines`
/// does, and reading throws DataError `file:line: not JSON: ...`. The next read goes on behind such a line.
ValueStream json_lines(const std::string& file);
/// The JSON documents of `input`, one on each line. Lifetime: `input` outlives the stream.
ValueStream json_lines(std::istream& input, const std::string& name = "input");

}  // namespace ember
