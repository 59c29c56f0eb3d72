// Program: a recorded composition as a typed function. `auto f = autograph([&](Var<Question> q) { return
// rank(q); });`
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/autograph.hpp>
#include <ember/execution_options.hpp>
#include <ember/graph.hpp>
#include <ember/op.hpp>

namespace ember::xcs {

/// The typeless core of a program. A cheap value, thread-safe.
class RecordedFunction {
 public:
  RecordedFunction(std::size_t arity, const std::function<VarData(const std::vector<VarData>& inputs)>& body);

  /// Runs the recorded calls on the arguments of one call (see `join_arguments`) and gives the answer. Throws
  /// as `execute`.
  [[nodiscard]] Value call(const Value& arguments, const ExecutionOptions& options) const;
  [[nodiscard]] const XCSGraph& graph() const noexcept;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

/// A function recorded once, from calls over Vars. Calling it runs exactly the recorded calls, independent
/// ones at once.
template <class Signature>
class Program;

template <class R, class... A>
class Program<R(A...)> {
 public:
  explicit Program(RecordedFunction function) : function_(std::move(function)) {}

  /// Runs the program. Throws as `execute` does.
  R operator()(const A&... arguments) const { return call_with({}, arguments...); }
  /// The same with explicit options.
  R call_with(const ExecutionOptions& options, const A&... arguments) const {
    Value inputs;
    if constexpr (sizeof...(A) == 1) {
      inputs = (wrap(A(arguments)), ...);
    } else {
      inputs = join_arguments({wrap(A(arguments))...});
    }
    return Argument<R>(function_.call(inputs, options)).get();
  }

  [[nodiscard]] const XCSGraph& graph() const noexcept { return function_.graph(); }

 private:
  RecordedFunction function_;
};

template <class Function>
struct RecordedSignature;
template <class R, class... A>
struct RecordedSignature<Var<R>(Var<A>...)> {
  using type = R(A...);
  template <class Function>
  static RecordedFunction record(const Function& function) {
    return record(function, std::index_sequence_for<A...>());
  }
  template <class Function, std::size_t... I>
  static RecordedFunction record(const Function& function, std::index_sequence<I...>) {
    return RecordedFunction(sizeof...(A), [&](const std::vector<VarData>& inputs) {
      (void)inputs;
      return function(Var<A>(inputs[I])...).data();
    });
  }
};

/// Records `body`, a function over Vars: it runs once, with symbolic inputs, and no operator is called.
/// Throws TraceError when it looks at data, and what it throws itself.
template <class Function>
auto autograph(const Function& body) {
  using Recorded = RecordedSignature<typename SignatureOf<Function>::type>;
  return Program<typename Recorded::type>(Recorded::record(body));
}

}  // namespace ember::xcs
