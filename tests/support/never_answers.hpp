// NeverAnswers: an asynchronous leaf that keeps its completions to itself.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <ember/op.hpp>

namespace ember::testing {

/// Whoever made `kept` may end the calls, or drop them.
class NeverAnswers final : public Operator<> {
 public:
  explicit NeverAnswers(std::shared_ptr<std::vector<Completion>> kept) : kept_(std::move(kept)) {}
  void forward_async(Value, Context, Completion done) const override { kept_->push_back(std::move(done)); }

 private:
  std::shared_ptr<std::vector<Completion>> kept_;
};

}  // namespace ember::testing
