// Var<T>: a value that may still be symbolic or pending. Calling an `Op` with Vars is the only place where
// recording happens; `get()` is the only way to look at the data.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <ember/fields.hpp>
#include <ember/value.hpp>

namespace ember {

class Interpreter;
class VarSource;

/// One step into a value: a field name or a list index.
using PathStep = std::variant<std::string, std::size_t>;
/// Steps from a whole value to a part of it; empty means the whole.
using Path = std::vector<PathStep>;

/// `text`, `answers[2].text`; empty for an empty path.
std::string to_string(const Path& path);
/// The part of `value` at `path`. Throws ItemNotFoundError or IncompatibleTypeError.
Value value_at(const Value& value, const Path& path);

/// A value of unknown type that may still be symbolic or pending: what `Var<T>` wraps. Cheap to copy.
class VarData {
 public:
  /// How a value that is not yet there is put together.
  struct Expression {
    enum class Form { source, list, object, merge, projection };
    Form form = Form::source;
    /// `source`: what yields the value, and which part of it. `projection`: which part of the only element.
    std::shared_ptr<const VarSource> source;
    Path path;
    /// The elements of a list, object or merge; only objects use the names.
    std::vector<std::pair<std::string, VarData>> parts;
  };

  /// Null, concrete.
  VarData() = default;
  VarData(Value value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  /// The whole of what `source` yields.
  explicit VarData(std::shared_ptr<const VarSource> source);

  static VarData list(std::vector<VarData> items);
  static VarData object(std::vector<std::pair<std::string, VarData>> fields);
  static VarData merge(VarData left, VarData right);

  /// True when the data is here: `get()` neither waits nor throws a TraceError.
  [[nodiscard]] bool is_concrete() const noexcept { return expression_ == nullptr; }
  /// The expression of a Var that is not concrete, else null.
  [[nodiscard]] const Expression* expression() const noexcept { return expression_.get(); }
  /// The data. Waits for pending data; throws TraceError while recording.
  [[nodiscard]] Value get() const;
  /// The same for a source line that looks at the data, which messages name.
  [[nodiscard]] Value get(const std::source_location& place) const;
  /// A part, without looking at data that is not yet there.
  [[nodiscard]] VarData at(PathStep step) const;
  /// Structure, not data: the number of items. Throws TraceError when it is not known while recording.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t size(const std::source_location& place) const;
  [[nodiscard]] bool has(std::string_view field) const;
  [[nodiscard]] bool has(std::string_view field, const std::source_location& place) const;
  /// The interpreter that the first source inside belongs to, or null when concrete.
  [[nodiscard]] Interpreter* interpreter() const noexcept;
  /// The first source inside, or null when concrete.
  [[nodiscard]] const VarSource* source() const noexcept;

 private:
  explicit VarData(Expression expression);

  Value value_;
  std::shared_ptr<const Expression> expression_;
};

/// Where a symbolic or pending value comes from. Implemented by interpreters.
class VarSource {
 public:
  virtual ~VarSource() = default;
  /// The part of the data at `path`. Waits, or throws TraceError while recording.
  [[nodiscard]] virtual Value read(const Path& path) const = 0;
  /// The number of items at `path`. The default reads the data.
  [[nodiscard]] virtual std::size_t size(const Path& path) const { return read(path).size(); }
  /// True when the part at `path` has `field`. The default reads the data.
  [[nodiscard]] virtual bool has(const Path& path, std::string_view field) const {
    return read(path).has(field);
  }
  /// The interpreter that records or runs calls with this value; null when it is gone.
  [[nodiscard]] virtual Interpreter* interpreter() const noexcept = 0;
  /// Tells that `derived`, a part or a merge, was made from this value. Plain execution looks it up at once,
  /// and fails there when it does not exist.
  virtual void note_derived(const VarData& derived) const { (void)derived; }
};

template <class T = Value>
class Var;

template <class T>
struct IsVar : std::false_type {};
template <class T>
struct IsVar<Var<T>> : std::true_type {};

/// A value of type T that may still be symbolic or pending.
template <class T>
class Var {
 public:
  using value_type = T;

  /// A concrete Var.
  template <class U>
    requires(std::same_as<std::remove_cvref_t<U>, T>)
  Var(U&& value) : data_(wrap(T(std::forward<U>(value)))) {}  // NOLINT(google-explicit-constructor)
  /// A Var of T from its typeless form. The caller vouches for the type.
  explicit Var(VarData data) : data_(std::move(data)) {}

  /// The data, as T. Waits for pending data; throws TraceError while recording. `place` is for messages.
  [[nodiscard]] T get(std::source_location place = std::source_location::current()) const {
    return Argument<T>(data_.get(place)).get();
  }

  /// A field, still symbolic when this is. Fields of a typed Var are named by member:
  /// `question[&Question::text]`.
  template <class Member, class Class>
    requires std::same_as<Class, T>
  [[nodiscard]] Var<Member> operator[](Member Class::*member) const {
    return Var<Member>(data_.at(std::string(field_name(member))));
  }
  [[nodiscard]] Var<Value> operator[](const char* field) const {
    return Var<Value>(data_.at(std::string(field)));
  }
  [[nodiscard]] Var<Value> operator[](const std::string& field) const { return Var<Value>(data_.at(field)); }
  /// An item of a list, still symbolic when this is.
  [[nodiscard]] auto operator[](std::size_t index) const {
    if constexpr (requires {
                    typename T::value_type;
                    typename T::allocator_type;
                  }) {
      return Var<typename T::value_type>(data_.at(index));
    } else {
      return Var<Value>(data_.at(index));
    }
  }

  /// Number of items: structure, not data. Throws TraceError when it can not be known while recording.
  [[nodiscard]] std::size_t size(std::source_location place = std::source_location::current()) const {
    return data_.size(place);
  }
  [[nodiscard]] bool has(std::string_view field,
                         std::source_location place = std::source_location::current()) const {
    return data_.has(field, place);
  }
  [[nodiscard]] bool is_concrete() const noexcept { return data_.is_concrete(); }
  [[nodiscard]] const VarData& data() const noexcept { return data_; }

 private:
  VarData data_;
};

/// Many Vars as one Var of a vector; stays symbolic when any of them is.
template <class T>
Var<std::vector<T>> collect(const std::vector<Var<T>>& items) {
  std::vector<VarData> parts;
  parts.reserve(items.size());
  for (const auto& item : items) parts.push_back(item.data());
  return Var<std::vector<T>>(VarData::list(std::move(parts)));
}

/// A list of dynamic Vars as one dynamic Var.
Var<Value> list_of(const std::vector<Var<Value>>& items);

/// One field of an object of Vars; the content is a Var of any type or plain data.
struct VarField {
  template <class T>
  VarField(std::string_view name, const Var<T>& content) : key(name), data(content.data()) {}
  VarField(std::string_view name, Value content) : key(name), data(std::move(content)) {}
  std::string_view key;
  VarData data;
};

/// A mapping of Vars and plain data: `object({{"text", answer["out"]}, {"k", 5}})`.
Var<Value> object(std::initializer_list<VarField> fields);

/// One mapping with the fields of both. A field that both have is an InvalidArgumentError, at run time if not
/// earlier.
Var<Value> merge(const Var<Value>& left, const Var<Value>& right);
/// A template only so that a left side of plain data is not taken for a Var.
template <std::same_as<Var<Value>> Left>
Var<Value> merge(const Left& left, std::initializer_list<VarField> right) {
  return merge(left, object(right));
}

}  // namespace ember
