// expect: abstract|pure virtual
// A composite is nothing without its composition.
#include <ember/op.hpp>

class Panel final : public ember::Composite<> {
#ifdef CORRECTED
 public:
  ember::Var<> forward(ember::Var<> inputs) const override { return inputs; }
#endif
};

const ember::Op<> panel = Panel();
