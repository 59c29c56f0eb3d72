// simdjson reads and checks; this file turns its tree into Values. Faults are located by a second, exact
// pass.
#include <simdjson.h>

#include <algorithm>

#include <ember/json.hpp>

#include "value/json_diagnosis.hpp"
#include "value/value_node.hpp"

namespace ember {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t smallest_capacity = std::size_t{16} << 10;
constexpr std::size_t largest_kept_capacity = std::size_t{1} << 20;

/// One list or mapping that is being read. An explicit stack of these keeps the depth of the data off the
/// thread's.
struct Frame {
  explicit Frame(const dom::array& array) : item(array.begin()), item_end(array.end()) {}
  explicit Frame(const dom::object& object)
      : field(object.begin()), field_end(object.end()), is_mapping(true) {}

  dom::array::iterator item{};
  dom::array::iterator item_end{};
  dom::object::iterator field{};
  dom::object::iterator field_end{};
  bool is_mapping = false;
  std::vector<Value> items{};
  FieldList fields{};
};

/// Builds the Value of a simdjson tree, unless it holds what JSON allows and Values do not.
class TreeReader {
 public:
  explicit TreeReader(std::size_t max_depth) : max_depth_(max_depth) {}

  /// Returns false when a key stands twice, an integer is too large or the nesting too deep.
  bool read(const dom::element& root, Value& result) {
    if (!start(root, result)) return false;
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (is_finished(frame)) {
        if (!finish(result)) return false;
        continue;
      }
      if (!step(frame)) return false;
    }
    return true;
  }

 private:
  static bool is_finished(const Frame& frame) {
    return frame.is_mapping ? !(frame.field != frame.field_end) : !(frame.item != frame.item_end);
  }

  // Reads leaves into `place`; opens a frame for the rest.
  bool start(const dom::element& element, Value& place) {
    switch (element.type()) {
      case dom::element_type::ARRAY:
        return open(Frame(element.get_array().value_unsafe()));
      case dom::element_type::OBJECT:
        return open(Frame(element.get_object().value_unsafe()));
      case dom::element_type::INT64:
        place = element.get_int64().value_unsafe();
        break;
      case dom::element_type::UINT64:
        return false;  // only used for integers above the signed range
      case dom::element_type::DOUBLE:
        place = element.get_double().value_unsafe();
        break;
      case dom::element_type::STRING:
        place = element.get_string().value_unsafe();
        break;
      case dom::element_type::BOOL:
        place = element.get_bool().value_unsafe();
        break;
      case dom::element_type::NULL_VALUE:
        place = Value();
        break;
    }
    return true;
  }

  bool open(Frame frame) {
    if (frames_.size() >= max_depth_) return false;
    frames_.push_back(std::move(frame));
    return true;
  }

  // Reads the next child. A frame that it opens is finished before this one goes on.
  bool step(Frame& frame) {
    Value child;
    const std::size_t depth = frames_.size();
    if (frame.is_mapping) {
      const dom::element element = frame.field.value();
      frame.fields.emplace_back(std::string(frame.field.key()), Value());
      ++frame.field;
      if (!start(element, child)) return false;
    } else {
      const dom::element element = *frame.item;
      ++frame.item;
      if (!start(element, child)) return false;
    }
    if (frames_.size() == depth) add(frames_.back(), std::move(child));
    return true;
  }

  static void add(Frame& frame, Value child) {
    if (frame.is_mapping) {
      frame.fields.back().second = std::move(child);
    } else {
      frame.items.push_back(std::move(child));
    }
  }

  bool finish(Value& result) {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Value value;
    if (frame.is_mapping) {
      std::string duplicate;
      auto node = make_mapping(std::move(frame.fields), duplicate);
      if (!node) return false;
      value = ValueAccess::adopt(node.release());
    } else {
      value = Value::list(std::move(frame.items));
    }
    if (frames_.empty()) {
      result = std::move(value);
    } else {
      add(frames_.back(), std::move(value));
    }
    return true;
  }

  std::size_t max_depth_;
  std::vector<Frame> frames_;
};

/// Use of the calling thread's parser, which keeps its buffers for the next use unless one document made them
/// large.
class ParserLease {
 public:
  ParserLease() : parser_(thread_parser()) {}
  ~ParserLease() {
    if (parser_.capacity() > largest_kept_capacity || parser_.max_depth() > simdjson::DEFAULT_MAX_DEPTH) {
      parser_ = dom::parser();
    }
  }
  ParserLease(const ParserLease&) = delete;
  ParserLease& operator=(const ParserLease&) = delete;

  simdjson::simdjson_result<dom::element> parse(std::string_view text, std::size_t max_depth) {
    // No document is deeper than it is long; the parser needs one level more than it may open.
    const std::size_t depth = std::max(std::min(max_depth, text.size()) + 2, simdjson::DEFAULT_MAX_DEPTH);
    const std::size_t capacity = std::max(text.size(), smallest_capacity);
    if (parser_.capacity() < capacity || parser_.max_depth() < depth) {
      if (const auto error = parser_.allocate(capacity, depth)) return error;
    }
    return parser_.parse(text.data(), text.size());
  }

 private:
  static dom::parser& thread_parser() {
    thread_local dom::parser parser;
    return parser;
  }

  dom::parser& parser_;
};

}  // namespace

Value parse_json(std::string_view text, JsonOptions options) {
  if (!text.data()) text = "";  // The parser copies from it, which null forbids even for no bytes.
  Value result;
  std::string_view fault = "the document is not acceptable";
  {
    ParserLease parser;
    dom::element root;
    const auto error = parser.parse(text, options.max_depth).get(root);
    if (error == simdjson::SUCCESS && TreeReader(options.max_depth).read(root, result)) return result;
    if (error != simdjson::SUCCESS) fault = simdjson::error_message(error);
  }
  throw_json_error(text, options, fault);
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace ember
