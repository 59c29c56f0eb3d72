// The pipelines of the guides: the NLP pipeline, the text analysis pipeline and the inference pipeline, each
// a chain under `structural_jit`, and the text processor of four stages under `jit`.
//
//   {text} --> extractor --> {extracted} --> classifier --> {classification}
//
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/tracer.hpp>

#include <iostream>

using namespace ember;

namespace {

/// An operator with a specification: a text field comes in, a text field goes out. Other fields may come too.
template <class Kind>
class Specified : public Kind {
 public:
  Specified(const std::string& from, const std::string& to)
      : specification_({.input_model = Schema("Input", {{from, Schema::string()}}),
                        .structured_output = Schema("Output", {{to, Schema::string()}})}) {}
  [[nodiscard]] const Specification* specification() const override { return &specification_; }

 private:
  Specification specification_;
};

/// A stage of a pipeline: it puts `label: ` before the text, of which it may keep the beginning alone.
class Stage final : public Specified<Operator<>> {
 public:
  Stage(std::string from, std::string to, std::string label, std::size_t kept = std::string::npos)
      : Specified(from, to),
        from_(std::move(from)),
        to_(std::move(to)),
        label_(std::move(label)),
        kept_(kept) {}
  Value forward(const Value& inputs) const override {
    const std::string& text = inputs[from_].string();
    const bool is_cut = kept_ != std::string::npos;
    return {{to_, label_ + ": " + (is_cut ? text.substr(0, kept_) + "..." : text)}};
  }

 private:
  std::string from_, to_, label_;
  std::size_t kept_;
};

class NlpPipeline final : public Specified<Composite<>> {
 public:
  explicit NlpPipeline(const std::string& model = "default")
      : Specified("text", "classification"),
        classifier_(child("classifier", Stage("extracted", "classification", "Classified with " + model))) {}
  Var<> forward(Var<> inputs) const override { return classifier_(extractor_(inputs)); }

 private:
  Op<> extractor_ = child("extractor", Stage("text", "extracted", "Extracted entities from"));
  Op<> classifier_;
};

class TextAnalysisPipeline final : public Specified<Composite<>> {
 public:
  TextAnalysisPipeline(const std::string& feature_type, const std::string& model)
      : Specified("text", "sentiment"),
        extractor_(child("extractor", Stage("text", "features", "Features(" + feature_type + ")", 20))),
        analyzer_(child("analyzer", Stage("features", "sentiment", "Sentiment(" + model + ")"))) {}
  Var<> forward(Var<> inputs) const override { return analyzer_(extractor_(inputs)); }

 private:
  Op<> extractor_, analyzer_;
};

class InferencePipeline final : public Specified<Composite<>> {
 public:
  InferencePipeline(const std::string& model, const std::string& kind)
      : Specified("data", "result"),
        preprocessor_(child("preprocessor", Stage("data", "preprocessed", "Preprocessed(" + kind + ")", 10))),
        inferencer_(
            child("inferencer", Stage("preprocessed", "prediction", "Prediction(" + model + ", float32)"))) {}
  Var<> forward(Var<> inputs) const override { return postprocessor_(inferencer_(preprocessor_(inputs))); }

 private:
  Op<> preprocessor_, inferencer_;
  Op<> postprocessor_ = child("postprocessor", Stage("prediction", "result", "Result(structured)"));
};

class TextProcessor final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override { return formatter_(transformer_(analyzer_(parser_(inputs)))); }

 private:
  Op<> parser_ = child("parser", Stage("text", "parsed", "parsed"));
  Op<> analyzer_ = child("analyzer", Stage("parsed", "analyzed", "analyzed"));
  Op<> transformer_ = child("transformer", Stage("analyzed", "transformed", "transformed"));
  Op<> formatter_ = child("formatter", Stage("transformed", "formatted", "formatted"));
};

}  // namespace

int main() {
  const auto nlp = xcs::structural_jit(NlpPipeline("advanced-classifier"));
  const Value document = {{"text", "Sample document text for analysis"}};
  {
    const auto scope = xcs::execution_options({.use_parallel = true, .max_workers = 8});
    for (const Value& input : {document, Value{{"text", "Another text"}}, document})
      std::cout << nlp(input)["classification"].string() << '\n';
  }

  const auto analysis = xcs::structural_jit(TextAnalysisPipeline("comprehensive", "sentiment-v3"));
  for (const char* review :
       {"This product exceeded my expectations!", "The service was terrible and I want a refund.",
        "Average experience, neither good nor bad."}) {
    std::cout << analysis({{"text", review}, {"include_details", true}})["sentiment"].string() << '\n';
  }

  const auto inference = xcs::structural_jit(InferencePipeline("complex-model", "enhanced"));
  const Value config = {{"option1", "value1"}, {"option2", "value2"}};
  inference({{"data", "warms up"}, {"config", config}});  // Compiles; what follows finds the plan.
  {
    const auto scope = xcs::execution_options({.device_strategy = "gpu", .trace_execution = true});
    std::cout << inference({{"data", "data_sample_0"}, {"config", config}})["result"].string() << '\n';
    for (const auto& call : xcs::last_trace().records) std::cout << "  " << call.name() << '\n';
  }
  const xcs::JitStats stats = xcs::get_jit_stats(inference);
  std::cout << stats.compilation_count << " compilation, " << stats.cache_hits << " hit\n";

  const auto processor = xcs::jit(TextProcessor());
  std::cout << processor({{"text", "Process this text"}})["formatted"].string() << '\n';
}

// Prints:
//   Classified with advanced-classifier: Extracted entities from: Sample document text for analysis
//   Classified with advanced-classifier: Extracted entities from: Another text
//   Classified with advanced-classifier: Extracted entities from: Sample document text for analysis
//   Sentiment(sentiment-v3): Features(comprehensive): This product exceede...
//   Sentiment(sentiment-v3): Features(comprehensive): The service was terr...
//   Sentiment(sentiment-v3): Features(comprehensive): Average experience, ...
//   Result(structured): Prediction(complex-model, float32): Preprocessed(enhanced): data_sampl...
//     preprocessor
//     inferencer
//     postprocessor
//     InferencePipeline
//   1 compilation, 1 hit
//   formatted: transformed: analyzed: parsed: Process this text
