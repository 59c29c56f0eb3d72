// A plain JSON checker that remembers its position. It accepts exactly what the fast reader accepts.
#include "value/json_diagnosis.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <ember/error.hpp>

#include "base/ascii.hpp"
#include "value/utf8.hpp"

namespace ember {

namespace {

// Whether a well-formed literal with fraction or exponent is too large for a double. Too small ones become
// zero.
bool is_overflow(std::string_view literal) {
  double parsed = 0;
  const auto result = std::from_chars(literal.data(), literal.data() + literal.size(), parsed);
  if (result.ec != std::errc::result_out_of_range) return false;
  const std::size_t mark = literal.find_first_of("eE");
  const std::string_view mantissa = literal.substr(0, mark);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  if (mark != std::string_view::npos && literal[mark + 1] == '-') return false;
  return mark != std::string_view::npos || first < mantissa.find('.');
}

class JsonChecker {
 public:
  JsonChecker(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  // A loop and not a recursion: the nesting may be deeper than the stack.
  void run() {
    skip_space();
    bool is_value_next = true;
    do {
      is_value_next = is_value_next ? value() : after_value();
      skip_space();
    } while (is_value_next || !levels_.empty());
    if (at_ < text_.size()) fail("unexpected text after the end of the document", at_);
  }

  [[noreturn]] void fail(const std::string& message, std::size_t position) const {
    const std::string_view before = text_.substr(0, position);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    throw JsonError(message, line, position - line_start + 1);
  }

 private:
  struct Level {
    bool is_mapping;
    std::unordered_set<std::string> keys{};
  };

  [[nodiscard]] bool is_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const noexcept { return is_end() ? '\0' : text_[at_]; }

  [[noreturn]] void fail_expected(const std::string& expected) const {
    fail("expected " + expected + ", found " + found(), at_);
  }

  [[nodiscard]] std::string found() const {
    if (is_end()) return "the end of the text";
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte >= 0x20 && byte < 0x7f) return "'" + std::string(1, text_[at_]) + "'";
    constexpr std::string_view digits = "0123456789abcdef";
    return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
  }

  void skip_space() noexcept {
    while (!is_end() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  // This and the next three return whether a value must follow.
  bool value() {
    switch (peek()) {
      case '{':
      case '[':
        return open();
      case '"':
        string();
        return false;
      case 't':
        word("true");
        return false;
      case 'f':
        word("false");
        return false;
      case 'n':
        word("null");
        return false;
      default:
        break;
    }
    if (peek() != '-' && !is_digit(peek())) fail_expected("a value");
    number();
    return false;
  }

  bool open() {
    if (levels_.size() >= max_depth_)
      fail("nested deeper than " + std::to_string(max_depth_) + " levels", at_);
    const bool is_mapping = peek() == '{';
    levels_.push_back({is_mapping});
    ++at_;
    skip_space();
    if (peek() == (is_mapping ? '}' : ']')) return close();
    return is_mapping ? field() : true;
  }

  bool close() {
    levels_.pop_back();
    ++at_;
    return false;
  }

  bool after_value() {
    const bool is_mapping = levels_.back().is_mapping;
    if (peek() == (is_mapping ? '}' : ']')) return close();
    if (peek() != ',') fail_expected(is_mapping ? "',' or '}'" : "',' or ']'");
    ++at_;
    skip_space();
    return is_mapping ? field() : true;
  }

  bool field() {
    if (peek() != '"') fail_expected("a key in double quotes");
    const std::size_t start = at_;
    std::string key = string();
    if (!levels_.back().keys.insert(key).second) fail("key '" + key + "' stands twice in one mapping", start);
    skip_space();
    if (peek() != ':') fail_expected("':'");
    ++at_;
    skip_space();
    return true;
  }

  void word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) fail_expected("a value");
    at_ += expected.size();
    if (!is_end() && (is_digit(peek()) || std::isalpha(static_cast<unsigned char>(peek())) != 0)) {
      fail_expected("the end of '" + std::string(expected) + "'");
    }
  }

  void digits() {
    if (!is_digit(peek())) fail_expected("a digit");
    while (is_digit(peek())) ++at_;
  }

  void number() {
    const std::size_t start = at_;
    bool is_integer = true;
    if (peek() == '-') ++at_;
    const bool is_zero = peek() == '0';
    const std::size_t first = at_;
    digits();
    if (is_zero && at_ > first + 1) fail("a number may not start with 0", first);
    if (peek() == '.') {
      is_integer = false;
      ++at_;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      is_integer = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    const std::string_view literal = text_.substr(start, at_ - start);
    std::int64_t integer = 0;
    const bool is_outside = is_integer ? std::from_chars(literal.begin(), literal.end(), integer).ec ==
                                             std::errc::result_out_of_range
                                       : is_overflow(literal);
    if (is_outside) fail("number out of range", start);
  }

  std::string string() {
    const std::size_t start = at_++;
    std::string content;
    while (peek() != '"' || is_end()) {
      if (is_end()) fail("string without a closing quote", start);
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20) fail("control character in a string, expected an escape", at_);
      if (byte == '\\') {
        escape(content);
      } else {
        const std::size_t length = utf8_length(text_.substr(at_));
        if (length == 0) fail("invalid UTF-8", at_);
        content += text_.substr(at_, length);
        at_ += length;
      }
    }
    ++at_;
    return content;
  }

  void escape(std::string& content) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t start = at_++;
    if (peek() == 'u') {
      const std::uint32_t first = unicode_escape(start);
      if (first >= 0xdc00 && first < 0xe000) fail("low surrogate without a high one before it", start);
      if (first < 0xd800 || first > 0xdbff) return append_utf8(content, first);
      const std::string_view next = text_.substr(at_, 2);
      const std::uint32_t second = next == "\\u" ? (++at_, unicode_escape(start)) : 0;
      if (second < 0xdc00 || second > 0xdfff) fail("high surrogate without a low one after it", start);
      return append_utf8(content, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    }
    const std::size_t which = is_end() ? std::string_view::npos : names.find(peek());
    if (which == std::string_view::npos) fail("unknown escape in a string", start);
    content += meanings[which];
    ++at_;
  }

  // Reads `uXXXX`, with `at_` on the `u`.
  std::uint32_t unicode_escape(std::size_t start) {
    const std::string_view hex = text_.substr(std::min(at_ + 1, text_.size()), 4);
    std::uint32_t code = 0;
    const auto result = std::from_chars(hex.begin(), hex.end(), code, 16);
    if (hex.size() != 4 || result.ptr != hex.end()) fail("expected four hexadecimal digits after \\u", start);
    at_ += 5;
    return code;
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::vector<Level> levels_;
};

}  // namespace

void throw_json_error(std::string_view text, const JsonOptions& options, std::string_view fallback) {
  JsonChecker checker(text, options.max_depth);
  checker.run();
  checker.fail(std::string(fallback), 0);
}

}  // namespace ember
