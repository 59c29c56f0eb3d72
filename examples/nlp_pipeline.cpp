// A pipeline of two operators over plain data, which is one operator to those who call it.
//
//   {text} --> extractor --> {extracted} --> classifier --> {classification}
//
#include <ember/execution_options.hpp>
#include <ember/op.hpp>

#include <iostream>

using namespace ember;

class Extractor final : public Operator<> {
 public:
  explicit Extractor(std::string kind) : kind_(std::move(kind)) {}
  Value forward(const Value& inputs) const override {
    return {{"extracted", "Extracted " + kind_ + " from: " + inputs.get("text", "").string()}};
  }

 private:
  std::string kind_;
};

class Classifier final : public Operator<> {
 public:
  explicit Classifier(std::string model) : model_(std::move(model)) {}
  Value forward(const Value& inputs) const override {
    return {{"classification", "Classified with " + model_ + ": " + inputs.get("extracted", "").string()}};
  }

 private:
  std::string model_;
};

class NlpPipeline final : public Composite<> {
 public:
  explicit NlpPipeline(const std::string& model) : classifier_(child("classifier", Classifier(model))) {}
  Var<> forward(Var<> inputs) const override { return classifier_(extractor_(inputs)); }

 private:
  Op<> extractor_ = child("extractor", Extractor("entities"));
  Op<> classifier_;
};

int main() {
  const Op pipeline = NlpPipeline("advanced-classifier");
  const auto scope = xcs::execution_options({.use_parallel = true, .max_workers = 8});
  for (const char* text : {"Sample document text for analysis", "Another text"}) {
    std::cout << pipeline({{"text", text}})["classification"].string() << '\n';
  }
}

// Prints:
//   Classified with advanced-classifier: Extracted entities from: Sample document text for analysis
//   Classified with advanced-classifier: Extracted entities from: Another text
