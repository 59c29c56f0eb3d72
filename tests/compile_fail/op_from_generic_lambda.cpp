// expect: not a generic lambda
// The signature of op(name, f) is read from f, so f must have one.
#include <ember/op.hpp>

#ifdef CORRECTED
const auto echo = ember::op("echo", [](const ember::Value& in) -> ember::Value { return in; });
#else
const auto echo = ember::op("echo", [](const auto& in) { return in; });
#endif
