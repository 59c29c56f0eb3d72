// Compact notation: `build_graph({"3:E:openai:gpt-4o:0.7", "1:J:openai:gpt-4o:0"})` makes operators from
// short texts.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <ember/model_registry.hpp>
#include <ember/op.hpp>
#include <ember/value.hpp>

namespace ember::non {

/// One operator in compact notation, `count:TYPE:model:temperature`.
struct OperatorSpec {
  int count = 1;
  std::string type{};
  /// May hold colons, and may be empty.
  std::string model{};
  double temperature = 1.0;

  /// Reads the text from both ends, so that the model may hold colons. Throws InvalidArgumentError: `Invalid
  /// operator specification` for another form, `Count must be a positive integer` for a count below 1.
  static OperatorSpec parse(std::string_view text);

  friend bool operator==(const OperatorSpec&, const OperatorSpec&) = default;
};

/// What a type code stands for. A cheap-to-copy value; a const one is safe to use from any number of threads
/// at once.
class TypeRegistry {
 public:
  using Factory = std::function<Op<>(const OperatorSpec&)>;

  /// The standard codes: `E` and `UE` UniformEnsemble, `J` and `JF` JudgeSynthesis, `V` Verifier, `MC`
  /// MostCommon. Only ensembles have units: the other types are one operator whatever the count says, with a
  /// warning to the log for a count above 1. Models are looked up in `models`, null meaning the process's
  /// registry.
  TypeRegistry(std::shared_ptr<ModelRegistry> models = nullptr);  // NOLINT(google-explicit-constructor)

  /// Makes `code` stand for what `factory` builds, in place of what it stood for. Codes are case-sensitive.
  /// Throws InvalidArgumentError when the code is empty or has a colon, or the factory is empty.
  TypeRegistry& register_type(std::string code, Factory factory);
  /// The codes, sorted.
  [[nodiscard]] std::vector<std::string> codes() const;
  /// Builds the operator. Throws InvalidArgumentError `Unknown operator type code: 'X'`, and what the factory
  /// throws.
  [[nodiscard]] Op<> build(const OperatorSpec& spec) const;

 private:
  std::map<std::string, Factory, std::less<>> factories_;
};

/// What `build_graph` takes: a text, a list of further ones, an operator, or plain data of these.
class CompactSpec {
 public:
  using List = std::vector<CompactSpec>;

  CompactSpec(std::initializer_list<CompactSpec> items) : content_(List(items)) {}
  CompactSpec(List items) : content_(std::move(items)) {}  // NOLINT(google-explicit-constructor)
  CompactSpec(Op<> operator_handle)
      : content_(std::move(operator_handle)) {}  // NOLINT(google-explicit-constructor)
  /// An operator object.
  template <std::derived_from<OperatorBase> T>
  CompactSpec(T part) : content_(Op<>(std::move(part))) {}  // NOLINT(google-explicit-constructor)
  /// A text, or plain data: strings and lists of them mean the same there; other kinds are refused by
  /// `build_graph`.
  template <class T>
    requires(std::constructible_from<Value, T &&> && !std::same_as<std::remove_cvref_t<T>, CompactSpec>)
  CompactSpec(T&& data) : content_(Value(std::forward<T>(data))) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::variant<Value, List, Op<>>& content() const noexcept { return content_; }

 private:
  std::variant<Value, List, Op<>> content_;
};

/// Parts by name, for `$name`.
using Components = std::map<std::string, CompactSpec, std::less<>>;

/// Makes the operator that `spec` describes: a text `count:TYPE:model:temperature`; `$name` for one of
/// `components`; a list for a Sequential; an operator for itself.
///
/// Throws InvalidArgumentError for a malformed text (see OperatorSpec and TypeRegistry), for components that
/// refer to each other in a circle, naming it, and for lists nested deeper than 200 levels; ItemNotFoundError
/// `Referenced component 'x' not found`; IncompatibleTypeError `Unsupported node type` for other data.
Op<> build_graph(const CompactSpec& spec, const Components& components = {},
                 const TypeRegistry& type_registry = {});

}  // namespace ember::non
