#include "op/interpreter.hpp"

#include <utility>

namespace ember {
namespace {

struct Current {
  std::shared_ptr<Interpreter> interpreter;
};

Ambient ambient_with(std::shared_ptr<Interpreter> interpreter) {
  return Ambient::current().with(
      AmbientSlot::interpreter,
      interpreter ? std::make_shared<const Current>(Current{std::move(interpreter)}) : nullptr);
}

}  // namespace

Interpreter* Interpreter::current() noexcept {
  const auto* current = Ambient::current().get<Current>(AmbientSlot::interpreter);
  return current ? current->interpreter.get() : nullptr;
}

InterpreterScope::InterpreterScope(std::shared_ptr<Interpreter> interpreter)
    : scope_(ambient_with(std::move(interpreter))) {}

InterpreterScope::~InterpreterScope() = default;

std::string with_recording_help(std::string message) {
  return message + ". See docs/errors.md#trace-error for the three ways out";
}

}  // namespace ember
