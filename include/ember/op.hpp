// Op: a value handle to an operator: callable, copyable, like `std::function`. Every call goes through one
// interception point, `call_op`.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/operator.hpp>

namespace ember {

/// An operator with the name it has where it is used. What `Op` wraps.
struct OpReference {
  std::shared_ptr<const OperatorBase> target;
  /// The name given by `child` or at the call; empty means the operator's own name.
  std::string label;

  /// The label, or the operator's own name.
  [[nodiscard]] std::string name() const { return label.empty() ? target->name() : label; }
};

/// Calls an operator with plain data: validates, runs, wraps errors once. Throws OperatorExecutionError with
/// the original exception as cause, SpecificationValidationError, or TraceError while recording.
Value call_op(const OpReference& op, const Value& arguments);
/// Calls an operator with Vars: records, starts or runs it, as the Vars and the thread's interpreter say.
VarData call_op(const OpReference& op, std::vector<VarData> arguments);

/// Stops a thread that calls an empty Op.
[[noreturn]] void throw_empty_op();

/// What class T overrides. An override that is not accessible here is still one: the base's own would be.
template <class T>
constexpr Overrides overrides_of() {
  using Base = OperatorBase;
  using AsyncOfBase = void (Base::*)(Value, Context, CompletionCallback) const;
  using BatchOfBase = std::vector<Value> (Base::*)(const std::vector<Value>&) const;
  using ColumnsOfBase = Value (Base::*)(const Columns&) const;
  using SignatureOfBase = std::string (Base::*)() const;
  Overrides overrides;
  overrides.async = !requires { requires std::same_as<decltype(&T::forward_async), AsyncOfBase>; };
  overrides.batch = !requires { requires std::same_as<decltype(&T::forward_batch), BatchOfBase>; };
  overrides.columns = !requires { requires std::same_as<decltype(&T::forward_columns), ColumnsOfBase>; };
  overrides.signature = !requires {
    requires std::same_as<decltype(&T::structure_signature), SignatureOfBase>;
  } || !requires { requires std::same_as<decltype(&T::state_signature), SignatureOfBase>; };
  if constexpr (requires { typename T::ForwardArrayOfBase; }) {
    using ArrayOfBase = typename T::ForwardArrayOfBase;
    overrides.array = !requires { requires std::same_as<decltype(&T::forward_array), ArrayOfBase>; };
  }
  return overrides;
}

/// Notes what the class of a finished operator overrides, and gives the operator back. Throws
/// InvalidArgumentError for null.
std::shared_ptr<const OperatorBase> share_operator(std::shared_ptr<const OperatorBase> target,
                                                   Overrides overrides);
template <class T>
std::shared_ptr<const OperatorBase> share_operator(std::shared_ptr<T> target) {
  return share_operator(std::move(target), overrides_of<std::remove_const_t<T>>());
}

/// Builds an operator of class T to share.
template <class T, class... Arguments>
std::shared_ptr<const OperatorBase> new_operator(Arguments&&... arguments) {
  // Shared by its base: a pointer to each class of operators, every lambda's too, costs compilers more than
  // all the rest of it.
  return share_operator(std::shared_ptr<const OperatorBase>(
                            std::unique_ptr<OperatorBase>(new T(std::forward<Arguments>(arguments)...))),
                        overrides_of<T>());
}

/// A handle to an operator of one signature. Copies share the operator, and so its identity.
template <class Signature = Value(Value)>
class Op;

template <class R, class... A>
class Op<R(A...)> {
 public:
  using signature = R(A...);

  /// An empty handle; calling it throws InvalidArgumentError.
  Op() = default;
  /// Takes over an operator object.
  template <class T>
    requires(std::derived_from<T, OperatorBase> && std::same_as<typename T::signature, R(A...)>)
  Op(T target)  // NOLINT(google-explicit-constructor)
      : reference_{new_operator<T>(std::move(target)), {}} {}
  /// Shares an operator made elsewhere, for classes that can not be moved.
  template <class T>
    requires(std::derived_from<T, OperatorBase> && std::same_as<typename T::signature, R(A...)>)
  explicit Op(std::shared_ptr<T> target) : reference_{share_operator(std::move(target)), {}} {}
  /// From the typeless form. The caller vouches for the signature.
  explicit Op(OpReference reference) : reference_(std::move(reference)) {}

  /// Runs the operator on plain data. Throws as `call_op` says.
  R operator()(const A&... arguments) const {
    require_target();
    if constexpr (sizeof...(A) == 1) {
      return unwrap_result(call_op(reference_, (wrap(A(arguments)), ...)));
    } else {
      return unwrap_result(call_op(reference_, join_arguments({wrap(A(arguments))...})));
    }
  }

  /// Calls the operator with Vars and gives a Var; arguments may mix Vars and plain data.
  template <class... V>
    requires(sizeof...(V) == sizeof...(A) && sizeof...(V) > 0 && (IsVar<V>::value || ...) &&
             (std::constructible_from<Var<A>, const V&> && ...))
  Var<R> operator()(const V&... arguments) const {
    require_target();
    return Var<R>(call_op(reference_, std::vector<VarData>{Var<A>(arguments).data()...}));
  }

  [[nodiscard]] const OpReference& reference() const noexcept { return reference_; }
  [[nodiscard]] const OperatorBase& target() const {
    require_target();
    return *reference_.target;
  }
  [[nodiscard]] std::string name() const { return target().name(); }
  explicit operator bool() const noexcept { return reference_.target != nullptr; }
  /// The same operator under another name.
  [[nodiscard]] Op named(std::string label) const {
    return Op(OpReference{reference_.target, std::move(label)});
  }

 private:
  void require_target() const {
    if (!reference_.target) throw_empty_op();
  }
  static R unwrap_result(const Value& result) {
    if constexpr (std::same_as<R, Value>) {
      return result;
    } else {
      return Argument<R>(result).get();
    }
  }

  OpReference reference_;
};

template <class T>
  requires std::derived_from<T, OperatorBase>
Op(T) -> Op<typename T::signature>;
template <class T>
  requires std::derived_from<T, OperatorBase>
Op(std::shared_ptr<T>) -> Op<typename T::signature>;

/// Builds an operator in place and gives its handle.
template <class T, class... Arguments>
auto make_op(Arguments&&... arguments) {
  return Op<typename T::signature>(OpReference{new_operator<T>(std::forward<Arguments>(arguments)...), {}});
}

template <class Part>
auto OperatorBase::child(std::string name, Part part) {
  if constexpr (requires { part.reference(); }) {
    return part.named(add_child(std::move(name), part.reference().target));
  } else {
    static_assert(std::derived_from<Part, OperatorBase>,
                  "child(name, part): part must be an operator or an Op");
    Op<typename Part::signature> handle(std::move(part));
    return handle.named(add_child(std::move(name), handle.reference().target));
  }
}

/// A leaf from a callable.
template <class Signature, class Function>
class FunctionOperator;

template <class R, class... A, class Function>
class FunctionOperator<R(A...), Function> final : public Operator<R(A...)> {
 public:
  FunctionOperator(std::string name, Function function)
      : name_(std::move(name)), function_(std::move(function)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  /// Functions of plain Values are about one item.
  [[nodiscard]] InputForm input_form() const noexcept override {
    constexpr InputForm declared = input_form_of<A...>();
    return declared == InputForm::unknown ? InputForm::item : declared;
  }
  R forward(const A&... arguments) const override { return function_(arguments...); }

 private:
  std::string name_;
  Function function_;
};

/// A composite from a callable over Vars.
template <class R, class... A, class Function>
class FunctionOperator<Var<R>(Var<A>...), Function> final : public Composite<R(A...)> {
 public:
  FunctionOperator(std::string name, Function function)
      : name_(std::move(name)), function_(std::move(function)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  /// Functions of plain Values are about one item.
  [[nodiscard]] InputForm input_form() const noexcept override {
    constexpr InputForm declared = input_form_of<A...>();
    return declared == InputForm::unknown ? InputForm::item : declared;
  }
  Var<R> forward(Var<A>... arguments) const override { return function_(arguments...); }

 private:
  std::string name_;
  Function function_;
};

/// The signature of a function object with one, non-template, call operator: `R(A...)` without references.
template <class Member>
struct CallSignature;
template <class C, class R, class... A>
struct CallSignature<R (C::*)(A...) const> {
  using type = std::remove_cvref_t<R>(std::remove_cvref_t<A>...);
};
template <class C, class R, class... A>
struct CallSignature<R (C::*)(A...) const noexcept> : CallSignature<R (C::*)(A...) const> {};
template <class R, class... A>
struct CallSignature<R (*)(A...)> {
  using type = std::remove_cvref_t<R>(std::remove_cvref_t<A>...);
};

template <class Function>
struct SignatureOf {
  static_assert(
      std::is_pointer_v<Function> || requires { &Function::operator(); },
      "op(name, f): f must be a function or an object with one const call operator, not a generic lambda");
  using type = typename CallSignature<decltype(&Function::operator())>::type;
};
template <class R, class... A>
struct SignatureOf<R (*)(A...)> : CallSignature<R (*)(A...)> {};

/// An operator from a function: `op("upper", [](const std::string& s) { return to_upper(s); })`. A function
/// over Vars makes a composite, any other a leaf. The callable must be const-callable and safe to call from
/// many threads. Throws InvalidArgumentError for a null function.
template <class Function>
auto op(std::string name, Function function) {
  if constexpr (std::is_pointer_v<Function> || requires { function.target_type(); }) {
    if (!function) throw_empty_op();
  }
  using Made = FunctionOperator<typename SignatureOf<Function>::type, Function>;
  return make_op<Made>(std::move(name), std::move(function));
}

/// The dynamic form of a typed operator: mappings in, and the answer as plain data. Several arguments are
/// read from a list.
class DynamicOperator final : public Operator<> {
 public:
  using Converter = Value (*)(const Value&);
  DynamicOperator(OpReference target, Converter output) : target_(std::move(target)), output_(output) {}
  [[nodiscard]] std::string name() const override { return target_.name(); }
  [[nodiscard]] const OperatorBase* original() const noexcept override { return target_.target.get(); }
  [[nodiscard]] InputForm input_form() const noexcept override { return target_.target->input_form(); }
  [[nodiscard]] bool is_pure() const override { return target_.target->is_pure(); }
  [[nodiscard]] bool is_stochastic() const override { return target_.target->is_stochastic(); }
  [[nodiscard]] bool prefers_gpu() const override { return target_.target->prefers_gpu(); }
  [[nodiscard]] std::string state_signature() const override { return target_.target->state_signature(); }
  [[nodiscard]] bool has_columns() const noexcept override {
    return target_.target->arity() == 1 && target_.target->has_columns();
  }
  Value forward(const Value& inputs) const override;
  [[nodiscard]] Value forward_columns(const Columns& columns) const override;

 private:
  OpReference target_;
  Converter output_;
};

/// A typed operator seen as `Value(Value)`.
template <class R, class... A>
Op<Value(Value)> dynamic(const Op<R(A...)>& typed) {
  if constexpr (std::same_as<R(A...), Value(Value)>) {
    return typed;
  } else {
    return Op<Value(Value)>(DynamicOperator(
        typed.reference(), [](const Value& result) { return to_value(Argument<R>(result).get()); }));
  }
}

}  // namespace ember
