#include "graph/recorder.hpp"

#include <utility>

#include <ember/error.hpp>

#include "graph/var_binding.hpp"
#include "op/read_place.hpp"

namespace ember::xcs {
namespace {

[[noreturn]] void throw_trace(std::string message) {
  throw TraceError(with_recording_help(std::move(message)));
}

/// What a handle stands for. It outlives its recorder without keeping it alive.
class RecordedSource final : public VarSource {
 public:
  RecordedSource(std::weak_ptr<Recorder> recorder, Binding whole, std::string name)
      : recorder_(std::move(recorder)), whole_(std::move(whole)), name_(std::move(name)) {}

  [[nodiscard]] Value read(const Path& path) const override { refuse("the data", path); }
  [[nodiscard]] std::size_t size(const Path& path) const override { refuse("the number of items", path); }
  [[nodiscard]] bool has(const Path& path, std::string_view field) const override {
    refuse("whether there is a field '" + std::string(field) + "'", path);
  }
  [[nodiscard]] Interpreter* interpreter() const noexcept override { return recorder_.lock().get(); }

  [[nodiscard]] bool belongs_to(const Recorder& recorder) const noexcept {
    return recorder_.lock().get() == &recorder;
  }
  [[nodiscard]] Binding part(const Path& path) const {
    Binding binding = whole_;
    binding.path = path;
    return binding;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const Path& path) const {
    Binding shown = part(path);
    const std::string place = xcs::to_string(shown, [this](std::size_t) { return name_; });
    const auto recorder = recorder_.lock();
    const bool is_over = !recorder || recorder->is_finished();
    const std::string line = read_place();
    throw_trace(what + " of '" + place + "' was asked for " + (line.empty() ? "" : "at " + line + " ") +
                (is_over ? "after its recording ended; recorded handles never hold data"
                         : "while recording, when no operator has run yet"));
  }

  std::weak_ptr<Recorder> recorder_;
  Binding whole_;
  std::string name_;
};

const RecordedSource& own_source(const VarData::Expression& expression, const Recorder& recorder) {
  const auto* source = dynamic_cast<const RecordedSource*>(expression.source.get());
  if (source == nullptr)
    throw_trace("a pending value of a running program was passed to a call that is recorded");
  if (!source->belongs_to(recorder))
    throw_trace("a handle of one recording was used in another, or after its own ended");
  return *source;
}

}  // namespace

Value Recorder::call(const OpReference& op, const Value& arguments) {
  // Only the recording thread records; work that it handed to others runs.
  if (!is_own_thread()) return run_and_wrap(op, arguments);
  throw TraceError(
      with_recording_help("operator '" + op.name() +
                          "' was called with plain data while recording: it would run now, once, and "
                          "its answer would be frozen into the graph. Pass Vars"),
      Errc::plain_call_in_trace);
}

VarData Recorder::run_elsewhere(const OpReference& op, const std::vector<VarData>& arguments) {
  for (const VarData& argument : arguments) {
    if (!argument.is_concrete()) {
      throw_trace("operator '" + op.name() + "' was called with a handle of another thread's recording");
    }
  }
  return run_and_wrap(op, joined(arguments));
}

VarData Recorder::call(const OpReference& op, std::vector<VarData> arguments) {
  if (!is_own_thread()) return run_elsewhere(op, arguments);
  const Interpreter* current = Interpreter::current();
  if (current != nullptr && current != this && current->is_recording()) {
    throw_trace("operator '" + op.name() +
                "' was called with a handle of another recording than the one going on");
  }
  return record({}, op, arguments);
}

void Recorder::require_open() const {
  if (is_finished_) throw_trace("the recording has ended: no more calls can be recorded");
}

VarData Recorder::record(std::string alias, const OpReference& op, const std::vector<VarData>& arguments) {
  require_open();
  Binding binding;
  if (arguments.size() == 1) {
    binding = binding_of(arguments.front());
  } else if (!arguments.empty()) {
    binding = binding_of(VarData::list(arguments));
  }
  graph_.add_recorded_node(op, std::move(binding), std::move(alias), subject_ == Subject::program);
  const Node& node = graph_.nodes().back();
  return VarData(std::make_shared<RecordedSource>(weak_from_this(), Binding::of_node(graph_.size() - 1),
                                                  node.display_name()));
}

VarData Recorder::input() {
  return VarData(std::make_shared<RecordedSource>(weak_from_this(), Binding::of_input(), std::string()));
}

Binding Recorder::binding_of(const VarData& data) const {
  VarBindings bindings;
  bindings.of_source = [this](const VarData::Expression& source) -> Binding {
    return own_source(source, *this).part(source.path);
  };
  return var_binding(data, bindings);
}

}  // namespace ember::xcs
