// vmap in the guides: a function of one item, an operator under options, a jitted pipeline, metrics of a data
// set, and constants by in_axes.
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/vmap.hpp>

#include <cctype>
#include <iostream>

using namespace ember;

namespace {

std::string upper(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

Value process_item(const Value& item) {
  return {{"processed", upper(item["data"].string())}, {"id", item["id"]}};
}

class TextProcessor final : public Operator<> {
 public:
  explicit TextProcessor(std::string model_name, std::size_t max_length = 100)
      : model_name_(std::move(model_name)), max_length_(max_length) {}
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Value forward(const Value& inputs) const override {
    return {{"processed", "Processed: " + inputs["text"].string().substr(0, max_length_)}};
  }

 private:
  Specification specification_ =
      Specification({.input_model = Schema("Input", {{"text", Schema::string()}})});
  std::string model_name_;
  std::size_t max_length_;
};

/// Puts `label(model): ` before a text, of which it may keep the beginning alone.
Op<> stage(const std::string& from, const std::string& to, const std::string& label, bool is_cut) {
  return op(to, [=](const Value& inputs) -> Value {
    const std::string text = inputs[from].string();
    return {{to, label + ": " + (is_cut ? text.substr(0, 20) + "..." : text)}};
  });
}

class TextAnalysisPipeline final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override { return analyzer_(extractor_(inputs)); }

 private:
  Op<> extractor_ = child("extractor", stage("text", "features", "Features(comprehensive)", true));
  Op<> analyzer_ = child("analyzer", stage("features", "sentiment", "Sentiment(sentiment-v3)", false));
};

Value calculate_metrics(const Value& item) {
  const double length = static_cast<double>(item["data"].string().size());
  return {{"id", item["id"]}, {"score", length / 10}, {"normalized", list({length, 1.0})}};
}

}  // namespace

int main() {
  const auto batch_fn = xcs::vmap(process_item, {.batch_size = 16});
  std::cout << to_json(batch_fn({{"data", list({"item1", "item2", "item3"})},
                                 {"id", list({1, 2, 3})},
                                 {"options", {{"format", "json"}}}}))
            << '\n';
  {
    const auto scope = xcs::execution_options({.use_parallel = true, .max_workers = 4});
    const auto vectorized_processor = xcs::vmap(TextProcessor("text-processor"));
    std::cout << to_json(vectorized_processor(
                     {{"text", list({"Sample text 1", "Sample text 2", "Sample text 3"})},
                      {"options", {{"format", "plain"}}}}))
              << '\n';
  }
  {
    const auto scope =
        xcs::execution_options({.use_parallel = true, .max_workers = 8, .enable_caching = true});
    const auto vectorized_pipeline = xcs::vmap(xcs::structural_jit(TextAnalysisPipeline()));
    const Value results = vectorized_pipeline({{"text", list({"This product exceeded my expectations!",
                                                              "The service was terrible and I want a refund.",
                                                              "Average experience, neither good nor bad."})},
                                               {"include_details", true}});
    for (const Value& sentiment : results["sentiment"].items()) std::cout << sentiment.string() << '\n';
  }
  const auto batch_calculator = xcs::vmap(calculate_metrics);
  std::cout << to_json(batch_calculator({{"id", list({101, 102})},
                                         {"data", list({"some", "items!"})},
                                         {"metadata", {{"source", "guide"}}}}))
            << '\n';
  const auto scale = xcs::vmap(
      [](const Value& inputs) -> Value {
        return {{"y", inputs["x"].integer() * inputs["weights"][0].integer()}};
      },
      {.in_axes = {{"x", 0}, {"weights", nullptr}}});
  std::cout << to_json(scale({{"x", list({1, 2})}, {"weights", list({10, 20, 30})}})) << '\n';
}

// Prints:
//   {"processed":["ITEM1","ITEM2","ITEM3"],"id":[1,2,3]}
//   {"processed":["Processed: Sample text 1","Processed: Sample text 2","Processed: Sample text 3"]}
//   Sentiment(sentiment-v3): Features(comprehensive): This product exceede...
//   Sentiment(sentiment-v3): Features(comprehensive): The service was terr...
//   Sentiment(sentiment-v3): Features(comprehensive): Average experience, ...
//   {"id":[101,102],"score":[0.4,0.6],"normalized":[[4.0,1.0],[6.0,1.0]]}
//   {"y":[10,20]}
