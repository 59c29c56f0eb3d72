// jit: the same operator, with independent calls overlapping. `auto fast = xcs::jit(Panel(models));`
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/error.hpp>
#include <ember/fields.hpp>
#include <ember/jit_options.hpp>
#include <ember/jit_stats.hpp>
#include <ember/op.hpp>

namespace ember::xcs {

/// The typeless form of `jit`.
OpReference jit_reference(const OpReference& target, const JITOptions& options, bool is_structural_jit);

/// A sample as a call with these types gives it to the engine; itself where it can not be read so: what is
/// wrong with it is for a call to tell.
template <class Signature>
struct TypedSample;
template <class R, class... A>
struct TypedSample<R(A...)> {
  static Value of(const Value& sample) {
    try {
      std::vector<Value> parts = {sample};
      if constexpr (sizeof...(A) != 1) {
        if (!sample.is_list() || sample.size() != sizeof...(A)) return sample;
        parts = sample.items();
      }
      return join(parts, std::index_sequence_for<A...>());
    } catch (const Error&) {
      return sample;
    }
  }

 private:
  template <std::size_t... I>
  static Value join([[maybe_unused]] const std::vector<Value>& parts, std::index_sequence<I...>) {
    std::vector<Value> typed = {wrap(A(Argument<A>(parts[I]).get()))...};
    return sizeof...(A) == 1 ? typed.front() : join_arguments(std::move(typed));
  }
};

/// `jit` with its options: give it an operator, or put it behind one: `op | jit({.mode = "enhanced"})`.
class JitTransform {
 public:
  /// Throws InvalidArgumentError for options out of range.
  explicit JitTransform(JITOptions options, bool is_structural_jit = false);

  /// The jitted form of an operator, of the same signature.
  template <class Signature>
  [[nodiscard]] Op<Signature> operator()(const Op<Signature>& op) const {
    (void)op.target();  // Throws for an empty handle.
    JITOptions typed = options_;
    if (typed.sample_input) typed.sample_input = TypedSample<Signature>::of(*typed.sample_input);
    return Op<Signature>(jit_reference(op.reference(), typed, is_structural_jit_));
  }
  template <class T>
    requires std::derived_from<T, OperatorBase>
  [[nodiscard]] auto operator()(T target) const {
    return (*this)(Op<typename T::signature>(std::move(target)));
  }
  /// A function becomes an operator named `function`; see `op` for what it may be.
  template <class Function>
    requires(!std::derived_from<Function, OperatorBase> &&
             !requires(const Function& function) { function.reference(); })
  [[nodiscard]] auto operator()(Function function) const {
    return (*this)(op("function", std::move(function)));
  }

 private:
  JITOptions options_;
  bool is_structural_jit_;
};

/// What `jit` is: callable with an operator, with an operator and options, or with options alone.
struct JitFunction {
  /// The jitted form of `target`, an Op, an operator object or a function: an Op of the same signature that
  /// gives the same results and errors for every input, with the same calls. Independent calls of a composite
  /// overlap, from the first call on. Called with Vars while something is recorded, it is one node. Throws
  /// InvalidArgumentError for options out of range; CompilationError when a `sample_input` can not be
  /// compiled for and `fallback` is off.
  template <class Target>
    requires(!std::same_as<Target, JITOptions>)
  auto operator()(Target target, const JITOptions& options = {}) const {
    return JitTransform(options)(std::move(target));
  }
  /// The options as a transform of operators.
  JitTransform operator()(const JITOptions& options) const { return JitTransform(options); }
};

/// What `structural_jit` is; see JitFunction.
struct StructuralJitFunction {
  /// `jit` by recording the composition before it runs for the first time. A composite that reads data while
  /// it is recorded runs in the `enhanced` way, with one warning.
  template <class Target>
    requires(!std::same_as<Target, StructuralJITOptions>)
  auto operator()(Target target, const StructuralJITOptions& options = {}) const {
    return JitTransform(options.to_jit_options(), true)(std::move(target));
  }
  JitTransform operator()(const StructuralJITOptions& options) const {
    return JitTransform(options.to_jit_options(), true);
  }
};

inline constexpr JitFunction jit{};
inline constexpr StructuralJitFunction structural_jit{};

/// `op | jit`, `op | structural_jit`, `op | jit({.mode = "enhanced"})`.
template <class Target, class Stage>
  requires(std::same_as<Stage, JitFunction> || std::same_as<Stage, StructuralJitFunction> ||
           std::same_as<Stage, JitTransform>)
auto operator|(Target target, const Stage& stage) {
  return stage(std::move(target));
}

/// While it lives, operators made by `structural_jit` or with the mode `structural` run plainly on this
/// thread and on threads that work for it.
class [[nodiscard]] StructuralJitPause {
 public:
  StructuralJitPause();
  ~StructuralJitPause();
  StructuralJitPause(const StructuralJitPause&) = delete;
  StructuralJitPause& operator=(const StructuralJitPause&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A scope: `auto off = disable_structural_jit();`. Scopes end on the thread that started them, innermost
/// first.
inline StructuralJitPause disable_structural_jit() {
  return {};
}

}  // namespace ember::xcs
