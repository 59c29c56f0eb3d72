// JSON text of Values: shortest doubles that read back exactly, natives by their fields, arrays as nested
// lists.
#include <charconv>
#include <cmath>

#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/value_path.hpp>

#include "value/value_node.hpp"

namespace ember {

namespace {

// Deeper values would need more stack than a small thread has.
constexpr std::size_t deepest_json = 2000;

class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style)
      : indent_(style.indent > 0 ? static_cast<std::size_t>(style.indent) : 0) {}

  void write(const Value& value, const ValuePath& path) {
    switch (value.kind()) {
      case Kind::null:
        out_ += "null";
        break;
      case Kind::boolean:
        out_ += value.boolean() ? "true" : "false";
        break;
      case Kind::integer:
        write_integer(value.integer());
        break;
      case Kind::number:
        write_number(value.number(), path);
        break;
      case Kind::string:
        write_string(value.string(), path);
        break;
      case Kind::list:
        write_list(value.items(), path);
        break;
      case Kind::array:
        write_rows(value, path);
        break;
      case Kind::mapping:
        write_mapping(value.fields(), path);
        break;
      case Kind::native:
        write_native(value, path);
        break;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void write_integer(std::int64_t integer) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, integer).ptr);
  }

  void write_number(double number, const ValuePath& path) {
    if (!std::isfinite(number)) {
      const char* name = std::isnan(number) ? "NaN" : number > 0 ? "infinity" : "-infinity";
      throw IncompatibleTypeError("JSON has no text for " + std::string(name) + path.place());
    }
    char digits[32];
    const std::string_view text(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    out_ += text;
    // A whole number stays a float when it is read back.
    if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
  }

  void write_string(std::string_view text, const ValuePath& path) {
    if (!is_utf8(text)) throw ValidationError("string is not valid UTF-8" + path.place());
    out_ += '"';
    std::size_t written = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
      out_ += text.substr(written, i - written);
      write_escape(byte);
      written = i + 1;
    }
    out_ += text.substr(written);
    out_ += '"';
  }

  void write_escape(unsigned char byte) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (byte) {
      case '"':
        out_ += "\\\"";
        break;
      case '\\':
        out_ += "\\\\";
        break;
      case '\b':
        out_ += "\\b";
        break;
      case '\f':
        out_ += "\\f";
        break;
      case '\n':
        out_ += "\\n";
        break;
      case '\r':
        out_ += "\\r";
        break;
      case '\t':
        out_ += "\\t";
        break;
      default:
        ((out_ += "\\u00") += hex[byte >> 4]) += hex[byte & 15];
    }
  }

  void write_list(const std::vector<Value>& items, const ValuePath& path) {
    require_depth(path);
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      separate(i, path);
      write(items[i], ValuePath(path, i));
    }
    finish(']', items.size(), path);
  }

  void write_rows(const Value& value, const ValuePath& path) {
    const Array& array = value.array();
    if (array.shape().empty()) return write(array.element(0), path);
    require_depth(path);
    const std::size_t rows = array.shape().front();
    out_ += '[';
    for (std::size_t i = 0; i < rows; ++i) {
      separate(i, path);
      write(value[i], ValuePath(path, i));
    }
    finish(']', rows, path);
  }

  void write_mapping(const FieldList& fields, const ValuePath& path) {
    require_depth(path);
    out_ += '{';
    std::size_t position = 0;
    for (const auto& [key, content] : fields) {
      separate(position++, path);
      const ValuePath inner(path, key);
      write_string(key, inner);
      out_ += indent_ == 0 ? ":" : ": ";
      write(content, inner);
    }
    finish('}', fields.size(), path);
  }

  void write_native(const Value& value, const ValuePath& path) {
    if (value.has_fields()) return write_mapping(copy_fields(value), path);
    throw IncompatibleTypeError("a native " + std::string(value.native_type().name) + " has no JSON text" +
                                path.place() + "; EMBER_FIELDS gives a struct one");
  }

  static void require_depth(const ValuePath& path) {
    if (path.depth() < deepest_json) return;
    throw IncompatibleTypeError("the value is nested deeper than " + std::to_string(deepest_json) +
                                " levels");
  }

  void separate(std::size_t position, const ValuePath& path) {
    if (position != 0) out_ += ',';
    break_line(path.depth() + 1);
  }

  void finish(char bracket, std::size_t size, const ValuePath& path) {
    if (size != 0) break_line(path.depth());
    out_ += bracket;
  }

  void break_line(std::size_t depth) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(depth * indent_, ' ');
  }

  std::size_t indent_;
  std::string out_;
};

}  // namespace

std::string to_json(const Value& value, JsonStyle style) {
  JsonWriter writer(style);
  writer.write(value, ValuePath());
  return writer.take();
}

}  // namespace ember
