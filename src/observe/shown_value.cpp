#include "observe/shown_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>

#include <ember/array.hpp>
#include <ember/json.hpp>
#include <ember/native_type.hpp>

#include "observe/secrets.hpp"
#include "value/utf8.hpp"

namespace ember {

namespace {

/// Of the room that is left, an item gets its share, and at least this much.
constexpr std::size_t least_share = 256;
constexpr std::size_t longest_key = 256;

/// Bytes from `start` on that stand for themselves: at most `room`, and none of the secret.
std::size_t plain_length(std::string_view text, std::size_t start, std::size_t room,
                         const SecretPlace& secret) noexcept {
  std::size_t end = start + std::min(room, text.size() - start);
  if (secret.length != 0) end = std::min(end, secret.start);
  std::size_t i = start;
  while (i < end && text[i] >= 0x20 && text[i] < 0x7f && text[i] != '"' && text[i] != '\\') ++i;
  return i - start;
}

class ShownWriter {
 public:
  explicit ShownWriter(std::size_t most_depth) : most_depth_(most_depth) {}

  /// Writes `value` into about `room` bytes.
  void write(const Value& value, std::size_t room, std::size_t depth) {
    switch (value.kind()) {
      case Kind::null:
        out_ += "null";
        return;
      case Kind::boolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Kind::integer:
        out_ += std::to_string(value.integer());
        return;
      case Kind::number:
        write_number(value.number());
        return;
      case Kind::string:
        write_text(value.string(), room);
        return;
      default:
        break;
    }
    if (depth == most_depth_) {
      out_ += "\"...\"";
      return;
    }
    if (value.is_list()) write_list(value, room, depth);
    if (value.is_array()) write_array(value.array(), room, depth);
    if (value.is_mapping()) write_mapping(value, room, depth);
    if (value.is_native()) write_native(value, room, depth);
  }

  void write_text(std::string_view text, std::size_t room) {
    out_ += '"';
    const std::size_t limit = out_.size() + room;
    std::size_t done = 0;
    SecretPlace secret = find_secret(text, 0, room);
    while (done < text.size() && out_.size() < limit) {
      if (secret.length != 0 && done == secret.start) {
        out_ += masked;
        done += secret.length;
        secret = find_secret(text, done, done + room);
      } else if (const std::size_t plain = plain_length(text, done, limit - out_.size(), secret);
                 plain != 0) {
        out_ += text.substr(done, plain);
        done += plain;
      } else {
        done += write_character(text.substr(done, 4));
      }
    }
    if (done < text.size()) out_ += "... (+" + std::to_string(text.size() - done) + " bytes)";
    out_ += '"';
  }

  std::string take() { return std::move(out_); }

 private:
  void write_number(double number) {
    if (!std::isfinite(number)) {
      out_ += std::isnan(number) ? "\"NaN\"" : number > 0 ? "\"infinity\"" : "\"-infinity\"";
      return;
    }
    char digits[32];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  }

  /// Writes the character that `text` starts with. Returns its bytes.
  std::size_t write_character(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out_ += "\xef\xbf\xbd";
      return 1;
    }
    if (byte == '"' || byte == '\\') {
      (out_ += '\\') += text[0];
    } else if (byte == '\n') {
      out_ += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      ((out_ += "\\u00") += hex[byte >> 4U]) += hex[byte & 15U];
    } else {
      out_ += text.substr(0, length);
    }
    return length;
  }

  /// Calls `write_item(i, room)` for the items that there is room for. Returns their number.
  template <class WriteItem>
  std::size_t write_items(std::size_t count, std::size_t room, WriteItem write_item) {
    const std::size_t limit = out_.size() + room;
    for (std::size_t i = 0; i < count; ++i) {
      if (out_.size() >= limit) return i;
      const std::size_t left = limit - out_.size();
      if (i != 0) out_ += ',';
      write_item(i, std::max(left / (count - i), std::min(left, least_share)));
    }
    return count;
  }

  /// How many items of a list, or fields of a mapping, are not shown.
  void write_rest(std::size_t shown, std::size_t count, bool is_mapping) {
    if (shown == count) return;
    out_ += shown != 0 ? ",\"... (+" : "\"... (+";
    (out_ += std::to_string(count - shown)) += is_mapping ? ")\":\"...\"" : ")\"";
  }

  void write_list(const Value& value, std::size_t room, std::size_t depth) {
    const auto& items = value.items();
    out_ += '[';
    const std::size_t shown = write_items(
        items.size(), room, [&](std::size_t i, std::size_t share) { write(items[i], share, depth + 1); });
    write_rest(shown, items.size(), false);
    out_ += ']';
  }

  void write_array(const Array& array, std::size_t room, std::size_t depth) {
    if (array.shape().empty()) return write(array.element(0), room, depth);
    if (depth == most_depth_) {
      out_ += "\"...\"";
      return;
    }
    const std::size_t rows = array.shape().front();
    const bool is_flat = array.shape().size() == 1;
    out_ += '[';
    const std::size_t shown = write_items(rows, room, [&](std::size_t i, std::size_t share) {
      if (is_flat) return write(array.element(i), share, depth + 1);
      write_array(array.row(i), share, depth + 1);
    });
    write_rest(shown, rows, false);
    out_ += ']';
  }

  /// Keys that were cut carry the number of their field: no key may stand twice.
  void write_key(std::string_view key, std::size_t number) {
    const bool is_whole = key.size() <= longest_key && is_utf8(key);
    write_text(key, longest_key);
    if (!is_whole) {
      out_.pop_back();
      ((out_ += " #") += std::to_string(number)) += '"';
    }
    out_ += ':';
  }

  void write_field(std::size_t number, std::string_view key, const Value& content, std::size_t room,
                   std::size_t depth) {
    write_key(key, number);
    if (names_secret(key) && !content.is_null()) {
      ((out_ += '"') += masked) += '"';
    } else {
      write(content, room, depth + 1);
    }
  }

  void write_mapping(const Value& value, std::size_t room, std::size_t depth) {
    const auto& fields = value.fields();
    out_ += '{';
    const std::size_t shown = write_items(fields.size(), room, [&](std::size_t i, std::size_t share) {
      write_field(i, fields[i].first, fields[i].second, share, depth);
    });
    write_rest(shown, fields.size(), true);
    out_ += '}';
  }

  void write_native(const Value& value, std::size_t room, std::size_t depth) {
    const NativeType& type = value.native_type();
    if (!value.has_fields()) return write_text("<" + std::string(type.name) + ">", room);
    out_ += '{';
    const std::size_t shown = write_items(type.fields.size(), room, [&](std::size_t i, std::size_t share) {
      write_field(i, type.fields[i], field_of(value, type.fields[i]), share, depth);
    });
    write_rest(shown, type.fields.size(), true);
    out_ += '}';
  }

  /// A field may hold what a Value can not, such as an integer above 63 bits.
  static Value field_of(const Value& native, std::string_view name) {
    try {
      return native[name];
    } catch (const std::exception& error) {
      return "<" + std::string(error.what()) + ">";
    }
  }

  std::size_t most_depth_;
  std::string out_;
};

}  // namespace

std::string shown_json(const Value& value, ShownLimits limits) {
  ShownWriter writer(limits.depth);
  writer.write(value, limits.bytes, 0);
  return writer.take();
}

std::string shown_json_text(std::string_view text, std::size_t most_bytes) {
  ShownWriter writer(0);
  writer.write_text(text, most_bytes);
  return writer.take();
}

}  // namespace ember
