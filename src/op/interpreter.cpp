#include "op/interpreter.hpp"

#include <utility>

namespace ember {
namespace {

struct Current {
  std::shared_ptr<Interpreter> interpreter;
};

}  // namespace

Ambient with_interpreter(const Ambient& ambient, std::shared_ptr<Interpreter> interpreter) {
  return ambient.with(
      AmbientSlot::interpreter,
      interpreter ? std::make_shared<const Current>(Current{std::move(interpreter)}) : nullptr);
}

Interpreter* Interpreter::current() noexcept {
  const auto* current = Ambient::current().get<Current>(AmbientSlot::interpreter);
  return current ? current->interpreter.get() : nullptr;
}

InterpreterScope::InterpreterScope(std::shared_ptr<Interpreter> interpreter)
    : scope_(with_interpreter(Ambient::current(), std::move(interpreter))) {}

InterpreterScope::~InterpreterScope() = default;

std::string with_recording_help(std::string message) {
  return message + ". See docs/errors.md#trace-error for the three ways out";
}

}  // namespace ember
