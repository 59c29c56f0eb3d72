// expect: part must be an operator or an Op
// A child is an operator or a handle to one.
#include <ember/op.hpp>

struct Extractor final
#ifdef CORRECTED
    : ember::Operator<> {
  ember::Value forward(const ember::Value& inputs) const override { return inputs; }
#else
{
#endif
};

class Pipeline final : public ember::Composite<> {
 public:
  ember::Var<> forward(ember::Var<> inputs) const override { return extractor_(inputs); }

 private:
  ember::Op<> extractor_ = child("extractor", Extractor());
};
