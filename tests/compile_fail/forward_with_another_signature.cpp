// expect: marked .override., but does not override|hides virtual member function
// The signature of an operator is that of its forward.
#include <ember/op.hpp>

#include <string>

class Shout final : public ember::Operator<std::string(std::string)> {
 public:
#ifdef CORRECTED
  std::string forward(const std::string& text) const override { return text + "!"; }
#else
  std::string forward(int text) const override { return std::to_string(text); }
#endif
};

const ember::Op<std::string(std::string)> shout = Shout();
