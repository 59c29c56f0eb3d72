// pmap in the guides: a function of one item, an operator that works on the documents of its shard, vmap
// inside, a jitted pipeline item by item, and compose.
#include <ember/compose.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

#include <cctype>
#include <iostream>

using namespace ember;

namespace {

Value process_item(const Value& item) {
  std::string text = item["data"].string();
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return {{"processed", text}, {"id", item["id"]}};
}

/// Takes the list of the documents of one worker: its specification says so.
class DocumentAnalyzer final : public Operator<> {
 public:
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Value forward(const Value& inputs) const override {
    std::vector<Value> analysis;
    for (const Value& document : inputs["documents"].items())
      analysis.emplace_back("Analysis of " + document.string());
    return {{"analysis", Value::list(analysis)}};
  }

 private:
  Specification specification_ =
      Specification({.input_model = Schema("Documents", {{"documents", Schema::list(Schema::string())}})});
};

class ImageProcessor final : public Operator<> {
 public:
  Value forward(const Value& inputs) const override {
    const std::string image = inputs["image"].string();
    return {{"processed", "Processed(image-model-v2, medium): " + image.substr(0, 10) + "..."},
            {"metadata", {{"format", "png"}, {"size", image.size()}}}};
  }
};

/// Its specification declares one text: pmap gives it the items one by one.
class Preprocessor final : public Operator<> {
 public:
  Value forward(const Value& inputs) const override {
    return {{"preprocessed", "Preprocessed(enhanced): " + inputs["data"].string().substr(0, 10) + "..."}};
  }
};

class InferencePipeline final : public Composite<> {
 public:
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Var<> forward(Var<> inputs) const override { return postprocessor_(inferencer_(preprocessor_(inputs))); }

 private:
  static Op<> labelling(const std::string& from, const std::string& to, const std::string& label) {
    return op(to, [=](const Value& in) -> Value { return {{to, label + ": " + in[from].string()}}; });
  }
  Specification specification_ =
      Specification({.input_model = Schema("Input", {{"data", Schema::string()}})});
  Op<> preprocessor_ = child("preprocessor", Preprocessor());
  Op<> inferencer_ =
      child("inferencer", labelling("preprocessed", "prediction", "Prediction(complex-model, float32)"));
  Op<> postprocessor_ = child("postprocessor", labelling("prediction", "result", "Result(structured)"));
};

Value names(const std::string& prefix, int count) {
  std::vector<Value> all;
  for (int i = 0; i < count; ++i) all.emplace_back(prefix + std::to_string(i));
  return Value::list(all);
}

}  // namespace

int main() {
  const auto parallel_fn = xcs::pmap(process_item, {.max_workers = 4});
  std::cout << to_json(parallel_fn({{"data", list({"a", "b", "c"})}, {"id", list({1, 2, 3})}})) << '\n';
  {
    const auto scope = xcs::execution_options({.enable_caching = true, .timeout_seconds = 10.0});
    const auto parallelized_analyzer = xcs::pmap(DocumentAnalyzer(), {.num_workers = 4});
    std::cout << to_json(parallelized_analyzer({{"documents", list({"doc1.txt", "doc2.txt", "doc3.txt"})}}))
              << '\n';
  }
  {
    const auto scope =
        xcs::execution_options({.device_strategy = "auto", .enable_caching = true, .timeout_seconds = 30.0});
    const auto distributed_processor = xcs::pmap(xcs::vmap(ImageProcessor()), {.num_workers = 4});
    const Value results =
        distributed_processor({{"image", names("image_data_", 100)}, {"options", {{"format", "json"}}}});
    std::cout << results["processed"].size() << " x " << results["processed"][99].string() << '\n'
              << "metadata " << to_json(results["metadata"][0]) << " to " << to_json(results["metadata"][99])
              << '\n';
  }
  {
    const auto scope = xcs::execution_options({.device_strategy = "gpu", .trace_execution = true});
    const auto distributed_pipeline = xcs::pmap(xcs::structural_jit(InferencePipeline()), {.num_workers = 8});
    const Value results = distributed_pipeline({{"data", names("data_sample_", 50)}, {"config", {{"k", 1}}}});
    std::cout << results["result"].size() << " x " << results["result"][49].string() << '\n';
  }
  // vmap outside: each of its items calls the pmapped function, which has nothing to divide then.
  const auto vectorized_parallel = xcs::compose(xcs::vmap({.batch_size = 32}), xcs::pmap({.max_workers = 4}));
  std::cout << to_json(vectorized_parallel(process_item)({{"data", list({"x", "y"})}, {"id", list({1, 2})}}))
            << '\n';
}

// Prints:
//   {"processed":["A","B","C"],"id":[1,2,3]}
//   {"analysis":["Analysis of doc1.txt","Analysis of doc2.txt","Analysis of doc3.txt"]}
//   100 x Processed(image-model-v2, medium): image_data...
//   metadata {"format":"png","size":12} to {"format":"png","size":13}
//   50 x Result(structured): Prediction(complex-model, float32): Preprocessed(enhanced): data_sampl...
//   {"processed":["X","Y"],"id":[1,2]}
