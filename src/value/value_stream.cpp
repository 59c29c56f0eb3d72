#include <ember/value_stream.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <istream>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "value/line_reader.hpp"

namespace ember {
namespace {

/// Owns a descriptor, or none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(const std::string& file) : number_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) throw DataError("can not read " + file + ": " + std::strerror(errno));
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// Line after line, waiting for each.
class Lines {
 public:
  explicit Lines(const std::string& file) : file_(file), reader_(file_.number(), file) {}
  Lines(std::istream& input, const std::string& name) : reader_(input, name) {
    if (!input) throw DataError("can not read " + name + ": the stream has failed before");
  }

  std::optional<Line> next() {
    while (true) {
      if (std::optional<Line> line = reader_.next()) {
        if (line->is_too_long) throw DataError(place(*line) + too_long_message());
        return line;
      }
      if (reader_.is_at_end()) return std::nullopt;
      reader_.fill();
    }
  }
  [[nodiscard]] std::string place(const Line& line) const {
    return reader_.name() + ":" + std::to_string(line.number) + ": ";
  }

 private:
  Descriptor file_;
  LineReader reader_;
};

ValueStream texts_of(Lines lines) {
  return ValueStream([lines = std::move(lines)]() mutable -> std::optional<Value> {
    std::optional<Line> line = lines.next();
    if (!line) return std::nullopt;
    return Value(std::move(line->text));
  });
}

ValueStream documents_of(Lines lines) {
  return ValueStream([lines = std::move(lines)]() mutable -> std::optional<Value> {
    while (const std::optional<Line> line = lines.next()) {
      if (is_blank(*line)) continue;
      try {
        return parse_json(line->text);
      } catch (const JsonError& error) {
        throw DataError(lines.place(*line) + "not JSON: " + error.what());
      }
    }
    return std::nullopt;
  });
}

}  // namespace

std::optional<Value> ValueStream::next() {
  if (!source_) return std::nullopt;
  std::optional<Value> value = source_->next();
  if (!value) source_.reset();
  return value;
}

ValueStream lines(const std::string& file) {
  return texts_of(Lines(file));
}

ValueStream lines(std::istream& input, const std::string& name) {
  return texts_of(Lines(input, name));
}

ValueStream json_lines(const std::string& file) {
  return documents_of(Lines(file));
}

ValueStream json_lines(std::istream& input, const std::string& name) {
  return documents_of(Lines(input, name));
}

}  // namespace ember
