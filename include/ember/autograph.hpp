// autograph: ordinary calls written down as a graph. While recording nothing runs.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/graph.hpp>
#include <ember/op.hpp>
#include <ember/var.hpp>

namespace ember::xcs {

class Recorder;

/// The input of a recorded call: plain data, a handle, or a mapping of both in braces.
class CallInput {
 public:
  template <class T>
  CallInput(const Var<T>& handle) : data_(handle.data()) {}  // NOLINT(google-explicit-constructor)
  template <class T>
    requires std::convertible_to<T, Value>
  CallInput(T&& value) : data_(Value(std::forward<T>(value))) {}  // NOLINT(google-explicit-constructor)
  /// A struct with EMBER_FIELDS.
  template <HasFields T>
  CallInput(const T& object) : data_(wrap(object)) {}  // NOLINT(google-explicit-constructor)
  /// A mapping: `{{"text", answer["out"]}, {"k", 5}}`.
  CallInput(std::initializer_list<std::pair<std::string_view, CallInput>> fields);
  [[nodiscard]] const VarData& data() const noexcept { return data_; }

 private:
  VarData data_;
};

/// A graph that records calls. `call` writes a named node; calling an Op with one of the returned handles
/// writes an unnamed one. Handles end with the recording. One thread at a time.
class Autograph {
 public:
  Autograph();
  ~Autograph();
  Autograph(const Autograph&) = delete;
  Autograph& operator=(const Autograph&) = delete;

  /// Records a call under `name`, by which results are found. Throws GraphError when the name is taken.
  template <class R, class A>
  Var<R> call(std::string name, const Op<R(A)>& op, const CallInput& input) {
    return Var<R>(record_call(std::move(name), op.reference(), {input.data()}));
  }
  /// Records a call without a name.
  template <class R, class A>
  Var<R> call(const Op<R(A)>& op, const CallInput& input) {
    return Var<R>(record_call({}, op.reference(), {input.data()}));
  }
  /// Records a call with several typed arguments.
  template <class R, class... A, class... V>
    requires(sizeof...(A) == sizeof...(V) && sizeof...(A) > 1)
  Var<R> call(std::string name, const Op<R(A...)>& op, const V&... arguments) {
    return Var<R>(record_call(std::move(name), op.reference(), {Var<A>(arguments).data()...}));
  }
  /// An operator object in place of its handle.
  template <class T>
    requires std::derived_from<T, OperatorBase>
  auto call(std::string name, T target, const CallInput& input) {
    return call(std::move(name), Op<typename T::signature>(std::move(target)), input);
  }

  /// A handle to the run inputs, for calls that want a part of them.
  Var<Value> input();

  /// Runs `body` as a recording scope: every Op called with Vars on this thread writes a node, and one called
  /// with plain data throws TraceError. An exception leaves the graph incomplete and passes on.
  void record(const std::function<void()>& body);

  /// Ends the recording: handles become unusable. Executing does not need it.
  void finish() noexcept;

  [[nodiscard]] const XCSGraph& graph() const noexcept;
  operator const XCSGraph&() const noexcept { return graph(); }  // NOLINT(google-explicit-constructor)

 private:
  VarData record_call(std::string name, const OpReference& op, std::vector<VarData> arguments);

  std::shared_ptr<Recorder> recorder_;
};

/// The typeless part of a recorded program: its graph, and which node (or expression) is the answer.
struct RecordedProgram {
  std::shared_ptr<const XCSGraph> graph;
  Binding answer;
};

/// Records `body` over `arity` symbolic inputs. Throws what `body` throws, and TraceError when it reads data.
RecordedProgram record_program(std::size_t arity,
                               const std::function<VarData(const std::vector<VarData>& inputs)>& body);

}  // namespace ember::xcs
