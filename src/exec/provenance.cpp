#include "exec/provenance.hpp"

#include <utility>

#include <ember/binding.hpp>
#include <ember/error.hpp>

#include "exec/tracing.hpp"
#include "graph/var_binding.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

/// The composite that runs on this thread: once it has looked at data, its constants may depend on it.
struct Frame {
  bool has_looked = false;
};
thread_local Frame* current_frame = nullptr;
class FrameScope {
 public:
  explicit FrameScope(Frame& frame) noexcept : outer_(std::exchange(current_frame, &frame)) {}
  ~FrameScope() { current_frame = outer_; }
  FrameScope(const FrameScope&) = delete;
  FrameScope& operator=(const FrameScope&) = delete;

 private:
  Frame* outer_;
};

/// The engine itself reads: that is no look of the composite's.
thread_local bool is_engine_reading = false;

class EngineRead {
 public:
  EngineRead() noexcept : outer_(std::exchange(is_engine_reading, true)) {}
  ~EngineRead() { is_engine_reading = outer_; }
  EngineRead(const EngineRead&) = delete;
  EngineRead& operator=(const EngineRead&) = delete;

 private:
  bool outer_;
};

/// For the one call that is made while it lives, if that is recorded on this thread.
class NextProvenance {
 public:
  explicit NextProvenance(std::shared_ptr<const Binding> binding) noexcept {
    set_next_provenance(std::move(binding));
  }
  ~NextProvenance() { set_next_provenance(nullptr); }
  NextProvenance(const NextProvenance&) = delete;
  NextProvenance& operator=(const NextProvenance&) = delete;
};

/// A value that is there, with where it came from.
class ObservedSource final : public VarSource {
 public:
  ObservedSource(Value value, Binding origin, std::weak_ptr<Interpreter> interpreter)
      : value_(std::move(value)), origin_(std::move(origin)), interpreter_(std::move(interpreter)) {}

  [[nodiscard]] Value read(const Path& path) const override {
    if (!is_engine_reading && current_frame != nullptr) current_frame->has_looked = true;
    return value_at(value_, path);
  }
  [[nodiscard]] Interpreter* interpreter() const noexcept override { return interpreter_.lock().get(); }

  [[nodiscard]] Binding part(const Path& path) const {
    Binding binding = origin_;
    binding.path.insert(binding.path.end(), path.begin(), path.end());
    return binding;
  }

 private:
  const Value value_;
  const Binding origin_;
  const std::weak_ptr<Interpreter> interpreter_;
};

/// How `data` came about. Plain data is a constant of the composition, unless that has looked at data: then
/// `has_unknown` says that it may have been made from it.
Binding binding_of(const VarData& data, bool& has_unknown) {
  VarBindings bindings;
  bindings.of_source = [&](const VarData::Expression& source) {
    if (const auto* observed = dynamic_cast<const ObservedSource*>(source.source.get())) {
      return observed->part(source.path);
    }
    has_unknown = true;
    return Binding::of_literal(source.source->read(source.path));
  };
  bindings.of_literal = [&](const Value& value) {
    has_unknown = has_unknown || current_frame == nullptr || current_frame->has_looked;
    return Binding::of_literal(value);
  };
  return var_binding(data, bindings);
}

class ProvenanceInterpreter final : public Interpreter,
                                    public std::enable_shared_from_this<ProvenanceInterpreter> {
 public:
  Value call(const OpReference& op, const Value& arguments) override { return run_and_wrap(op, arguments); }

  VarData call(const OpReference& op, std::vector<VarData> arguments) override {
    const VarData input =
        arguments.size() == 1 ? std::move(arguments.front()) : VarData::list(std::move(arguments));
    bool has_unknown = false;
    std::optional<EngineRead> reading(std::in_place);
    auto binding = std::make_shared<Binding>(binding_of(input, has_unknown));
    const Value value = input.get();
    reading.reset();
    const NextProvenance next(has_unknown ? nullptr : std::move(binding));
    forget_last_ended_call();
    Value output = run_and_wrap(op, value);
    const auto number = last_ended_call();
    if (!number) {  // The call ran elsewhere: from here on, data may be anything's.
      if (current_frame != nullptr) current_frame->has_looked = true;
      return output;
    }
    return VarData(
        std::make_shared<ObservedSource>(std::move(output), Binding::of_node(*number), weak_from_this()));
  }

  [[nodiscard]] bool is_observer() const noexcept override { return true; }

  Value call_body(const OperatorBase& composite, const Value& arguments) override {
    Frame frame;
    const FrameScope scope(frame);
    const std::vector<Value> parts = split_arguments(composite, arguments, composite.arity());
    std::vector<VarData> inputs;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Binding origin = parts.size() == 1 ? Binding::of_input() : Binding::of_input({i});
      inputs.emplace_back(std::make_shared<ObservedSource>(parts[i], std::move(origin), weak_from_this()));
    }
    return composite.call_symbolic(inputs).get();
  }
};

}  // namespace

Ambient with_provenance(const Ambient& ambient) {
  const AmbientScope scope(ambient);
  if (Interpreter::current() != nullptr) return ambient;
  return with_interpreter(ambient, std::make_shared<ProvenanceInterpreter>());
}

}  // namespace ember::xcs
