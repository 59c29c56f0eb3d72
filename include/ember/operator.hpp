// Operators: leaves (`Operator`) are opaque units of work, composites (`Composite`) are pure dataflow over
// Vars.
#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/columns.hpp>
#include <ember/completion_callback.hpp>
#include <ember/context.hpp>
#include <ember/specification.hpp>
#include <ember/value.hpp>
#include <ember/var.hpp>

namespace ember {

class OperatorBase;
template <class Signature>
class Op;

/// A named part of a composite.
struct Child {
  std::string name;
  std::shared_ptr<const OperatorBase> target;
};

/// What one call of an operator is about: one item or a list of them. `unknown` for operators on plain
/// Values.
enum class InputForm { unknown, item, list };

/// The form that parameters of types A say: `list` when all are vectors, `item` when one is not.
template <class... A>
constexpr InputForm input_form_of() noexcept {
  if constexpr (((!std::same_as<A, Value> && !is_vector<A>) || ...)) return InputForm::item;
  return (is_vector<A> || ...) ? InputForm::list : InputForm::unknown;
}

/// Which of the optional functions of OperatorBase a class overrides.
struct Overrides {
  bool async = false;
  bool batch = false;
  bool columns = false;
  bool array = false;
  bool signature = false;
};

/// What the engine knows of an operator without knowing its types. Users derive from `Operator` or
/// `Composite`.
///
/// Operators are immutable once they are inside an `Op`; `forward` is const and may run on many threads at
/// once. Two instances are two different operators, whatever their fields hold.
class OperatorBase : public std::enable_shared_from_this<OperatorBase> {
 public:
  /// Inside operators, `Completion` is the callback of `forward_async`.
  using Completion = CompletionCallback;

  virtual ~OperatorBase();

  /// The name in traces, errors and node ids: by default the class name without namespaces.
  [[nodiscard]] virtual std::string name() const;
  /// True when equal inputs always give equal outputs and nothing else happens: then the engine may merge
  /// equal calls.
  [[nodiscard]] virtual bool is_pure() const { return false; }
  /// True when a call can not fail, whatever its input: then a pure call whose answer nobody uses may be left
  /// out. Heeded where all arguments are of type Value: others fail on data that they can not read.
  [[nodiscard]] virtual bool never_fails() const { return false; }
  /// Text that changes whenever the composition does, for composites that are not always the same: a plan
  /// made under another text is made anew.
  [[nodiscard]] virtual std::string structure_signature() const { return {}; }
  /// An order of the parts of a composite that data does not say: {part: parts whose earlier calls must be
  /// over before it is called}, by the names given to `child`. Needed where parts have effects on each other;
  /// plain execution has the order of `forward` anyway.
  [[nodiscard]] virtual std::map<std::string, std::vector<std::string>> structural_dependencies() const {
    return {};
  }
  /// True when equal inputs are meant to give different outputs: then results are never remembered, whatever
  /// the options say.
  [[nodiscard]] virtual bool is_stochastic() const { return false; }
  /// True when the work gains from a GPU: with the device strategy `auto` it is placed on one, where there is
  /// one.
  [[nodiscard]] virtual bool prefers_gpu() const { return false; }
  /// Text that changes whenever the operator would answer otherwise than before: remembered results are only
  /// used under the same text. Needed by operators with state behind a pointer alone.
  [[nodiscard]] virtual std::string state_signature() const { return {}; }
  /// The operator that this one is another form of, for what transforms make; null for all others. Lifetime:
  /// that of this one.
  [[nodiscard]] virtual const OperatorBase* original() const noexcept { return nullptr; }
  /// What one call is about, as far as the types say.
  [[nodiscard]] virtual InputForm input_form() const noexcept { return InputForm::unknown; }
  /// What inputs and output are checked against; null means no checks. Lifetime: that of the operator.
  [[nodiscard]] virtual const Specification* specification() const { return nullptr; }
  /// Several calls at once, one output per input in order. Override it when that is cheaper than one by one.
  [[nodiscard]] virtual std::vector<Value> forward_batch(const std::vector<Value>& inputs) const;
  /// Several calls at once, by column: the outputs as one list or array with an entry per item, in order, or
  /// a mapping of such. Override it where items need no Value of their own.
  [[nodiscard]] virtual Value forward_columns(const Columns& columns) const;
  /// Starts a call and returns at once; `done` gets the outcome later, from any thread. Override it in place
  /// of `forward` for work that waits.
  virtual void forward_async(Value inputs, Context context, Completion done) const;

  /// Number of arguments of the signature. One argument travels as itself, any other number as a list.
  [[nodiscard]] virtual std::size_t arity() const noexcept = 0;
  /// True when every input can be read: all arguments are of type Value. For the engine.
  [[nodiscard]] virtual bool takes_any_input() const noexcept { return false; }
  /// True for composites.
  [[nodiscard]] virtual bool is_composite() const noexcept { return false; }
  /// True when the class overrides `forward_async`.
  [[nodiscard]] bool is_async() const noexcept { return overrides_.async; }
  /// True when the class overrides `forward_batch`.
  [[nodiscard]] bool has_batch() const noexcept { return overrides_.batch; }
  /// True when the class overrides `forward_columns`, or the `forward_array` of numeric operators.
  [[nodiscard]] virtual bool has_columns() const noexcept { return overrides_.columns || overrides_.array; }
  /// True when the class overrides `structure_signature` or `state_signature`.
  [[nodiscard]] bool has_signature() const noexcept { return overrides_.signature; }
  /// The parts registered with `child`, in order.
  [[nodiscard]] const std::vector<Child>& children() const noexcept { return children_; }

  /// The body, without validation, wrapping of errors or interception. For the engine.
  [[nodiscard]] virtual Value call(const Value& arguments) const = 0;
  /// The body of a composite over Vars. For interpreters. Throws InvalidArgumentError for leaves.
  [[nodiscard]] virtual VarData call_symbolic(const std::vector<VarData>& arguments) const;
  /// `forward_columns`, or what stands for it. For the engine.
  [[nodiscard]] virtual Value call_columns(const Columns& columns) const { return forward_columns(columns); }
  /// A call was not made because its input failed validation. For the engine, which counts such calls.
  virtual void note_refused_input() const noexcept {}

 protected:
  OperatorBase() = default;
  OperatorBase(const OperatorBase&) = default;
  OperatorBase(OperatorBase&&) = default;
  OperatorBase& operator=(const OperatorBase&) = default;
  OperatorBase& operator=(OperatorBase&&) = default;

  /// Registers a part under `name` and returns its handle. `part` is an operator object or an Op. A name that
  /// is taken gets a number: `echo`, `echo_2`. Call it in a member initialiser or the constructor. Throws
  /// InvalidArgumentError for an empty name.
  template <class Part>
  auto child(std::string name, Part part);

  /// Runs `forward_async` and waits for its outcome.
  [[nodiscard]] Value call_async_and_wait(const Value& arguments) const;
  /// True when the class overrides `forward_array` alone.
  [[nodiscard]] bool is_array_form() const noexcept { return overrides_.array && !overrides_.columns; }

 private:
  friend std::shared_ptr<const OperatorBase> share_operator(std::shared_ptr<const OperatorBase> target,
                                                            Overrides overrides);
  std::string add_child(std::string name, std::shared_ptr<const OperatorBase> target);

  std::vector<Child> children_;
  Overrides overrides_;
};

/// Thrown by the default `forward` of a class that overrides neither `forward` nor `forward_async`.
[[noreturn]] void throw_missing_forward(const OperatorBase& target);

/// Reads the arguments of a call from their one-Value form. Throws InvalidArgumentError for a wrong number.
std::vector<Value> split_arguments(const OperatorBase& target, const Value& arguments, std::size_t arity);
/// The one-Value form of a call's arguments.
Value join_arguments(std::vector<Value> arguments);

/// What operators from numbers to a number have besides; nothing for all others.
template <class R, class... A>
class ArrayForm : public OperatorBase {};

template <ArrayElement R, ArrayElement... A>
  requires(sizeof...(A) > 0)
class ArrayForm<R, A...> : public OperatorBase {
 public:
  using ForwardArrayOfBase = void (ArrayForm::*)(std::span<const A>..., std::span<R>) const;

  /// Several calls at once, on numbers that stand one after the other: writes one output for each position.
  /// All spans have the same length; a constant argument is repeated. Override it beside `forward`; then
  /// arrays of these types are read in place.
  virtual void forward_array(std::span<const A>... /*inputs*/, std::span<R> /*outputs*/) const {
    throw_missing_forward(*this);
  }
  [[nodiscard]] Value call_columns(const Columns& columns) const override {
    const bool is_read_by_field = columns.form() == Columns::Form::fields;
    if (!is_array_form() || is_read_by_field) return forward_columns(columns);
    return call_array(columns, std::index_sequence_for<A...>());
  }

 private:
  template <std::size_t... I>
  Value call_array(const Columns& columns, std::index_sequence<I...>) const {
    const ColumnOutput<R> output = columns.new_array<R>();
    forward_array(NumberColumn<A>(columns, I).elements()..., output.elements);
    return columns.in_kind_of_inputs(output.array);
  }
};

/// A leaf: `class Ask : public Operator<Answer(Question)> { Answer forward(const Question&) const override;
/// };`. `Operator<>` is the dynamic form, `Value forward(const Value& inputs) const`.
template <class Signature = Value(Value)>
class Operator;

template <class R, class... A>
class Operator<R(A...)> : public ArrayForm<R, A...> {
 public:
  using signature = R(A...);

  /// The work of one call.
  virtual R forward(const A&... arguments) const { return forward_missing(arguments...); }

  [[nodiscard]] std::size_t arity() const noexcept final { return sizeof...(A); }
  [[nodiscard]] bool takes_any_input() const noexcept final { return (std::same_as<A, Value> && ...); }
  [[nodiscard]] InputForm input_form() const noexcept override { return input_form_of<A...>(); }
  [[nodiscard]] Value call(const Value& arguments) const final {
    if (this->is_async()) return this->call_async_and_wait(arguments);
    if constexpr (sizeof...(A) == 1) {
      return wrap(forward(Argument<A>(arguments).get()...));
    } else {
      return call_unpacked(split_arguments(*this, arguments, sizeof...(A)), std::index_sequence_for<A...>());
    }
  }

 private:
  [[noreturn]] R forward_missing(const A&...) const { throw_missing_forward(*this); }
  template <std::size_t... I>
  Value call_unpacked(const std::vector<Value>& parts, std::index_sequence<I...>) const {
    (void)parts;
    return wrap(forward(Argument<A>(parts[I]).get()...));
  }
};

/// Pure dataflow: `class Panel : public Composite<Answer(Question)> { Var<Answer> forward(Var<Question>)
/// const override; };`. May be recorded, replayed or run with overlap.
template <class Signature = Value(Value)>
class Composite;

template <class R, class... A>
class Composite<R(A...)> : public OperatorBase {
 public:
  using signature = R(A...);

  /// The composition: calls its parts with Vars and returns the Var that answers.
  virtual Var<R> forward(Var<A>... arguments) const = 0;

  [[nodiscard]] std::size_t arity() const noexcept final { return sizeof...(A); }
  [[nodiscard]] InputForm input_form() const noexcept override { return input_form_of<A...>(); }
  [[nodiscard]] bool is_composite() const noexcept final { return true; }
  [[nodiscard]] Value call(const Value& arguments) const final {
    std::vector<VarData> parts;
    for (Value& part : split_arguments(*this, arguments, sizeof...(A))) parts.emplace_back(std::move(part));
    return call_symbolic(parts).get();
  }
  [[nodiscard]] VarData call_symbolic(const std::vector<VarData>& arguments) const final {
    return call_unpacked(arguments, std::index_sequence_for<A...>());
  }

 private:
  template <std::size_t... I>
  VarData call_unpacked(const std::vector<VarData>& parts, std::index_sequence<I...>) const {
    (void)parts;
    return forward(Var<A>(parts[I])...).data();
  }
};

}  // namespace ember

#include <ember/op.hpp>
