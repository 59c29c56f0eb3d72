// `jit` as the guides write it: bare, with a mode, with options, through the API object; and its statistics.
//
//   @jit                                         xcs::jit(MyOperator())
//   @jit(mode="enhanced")                        xcs::jit(MyOperator(), {.mode = "enhanced"})
//   @jit(options=JITOptions(sample_input=...))   xcs::jit(MyOperator(), {.sample_input = ...})
//
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/xcs_api.hpp>

#include <iostream>

using namespace ember;

namespace {

/// Simple processing logic, without parts.
class SimpleOperator final : public Operator<> {
 public:
  Value forward(const Value& inputs) const override { return {{"result", inputs["query"].string() + "!"}}; }
};

/// Looks at an answer before it decides.
class AdvancedOperator final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override {
    auto first = simple_(inputs);
    if (first["result"].get().string().size() > 7) return first;
    return simple_(object({{"query", first["result"]}}));
  }

 private:
  Op<> simple_ = child("simple", SimpleOperator());
};

/// A composition that never looks.
class OptimizedOperator final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override {
    return object({{"first", simple_(inputs)["result"]}, {"second", other_(inputs)["result"]}});
  }

 private:
  Op<> simple_ = child("simple", SimpleOperator());
  Op<> other_ = child("other", SimpleOperator());
};

void show(const std::string& what, const Op<>& jitted) {
  for (const char* query : {"example", "x", "example"})
    std::cout << what << ": " << to_json(jitted({{"query", query}})) << '\n';
  const xcs::JitStats stats = xcs::get_jit_stats(jitted);
  std::cout << "  " << stats.strategy << ", " << stats.cache_hits << " of " << stats.execution_count
            << " calls found their plan\n";
}

}  // namespace

int main() {
  show("bare", xcs::jit(SimpleOperator()));
  show("enhanced", xcs::jit(AdvancedOperator(), {.mode = "enhanced"}));

  // Compiled when it is made, so that the first call finds its plan; a larger cache for varied inputs.
  const Value sample = {{"query", "example"}};
  show("sample", xcs::jit(OptimizedOperator(), {.sample_input = sample, .cache_size = 100}));

  // Through the API object, with detailed configuration.
  const xcs::XCSAPI api;
  const xcs::JITOptions options{
      .sample_input = Value{{"query", "test"}}, .force_trace = false, .recursive = true};
  show("API object", api.jit(options)(OptimizedOperator()));

  // Measured: seconds, as members and by name.
  const auto my_function = xcs::jit([](const Value& in) -> Value { return in; });
  my_function({{"query", "example"}});
  const Value stats = xcs::get_jit_stats(my_function).to_value();
  std::cout << std::boolalpha << "Compilation time: " << (stats.get("compilation_time", 0).number() > 0)
            << "\nExecution time: " << (stats.get("execution_time", 0).number() > 0) << '\n';
  for (const auto& [key, value] : stats.fields()) std::cout << "  " << key << '\n';
}

// Prints:
//   bare: {"result":"example!"}
//   bare: {"result":"x!"}
//   bare: {"result":"example!"}
//     direct, 2 of 3 calls found their plan
//   enhanced: {"result":"example!"}
//   enhanced: {"result":"x!!"}
//   enhanced: {"result":"example!"}
//     enhanced, 2 of 3 calls found their plan
//   sample: {"first":"example!","second":"example!"}
//   sample: {"first":"x!","second":"x!"}
//   sample: {"first":"example!","second":"example!"}
//     structural, 3 of 3 calls found their plan
//   API object: {"first":"example!","second":"example!"}
//   API object: {"first":"x!","second":"x!"}
//   API object: {"first":"example!","second":"example!"}
//     structural, 3 of 3 calls found their plan
//   Compilation time: true
//   Execution time: true
//     compilation_time
//     execution_time
//     tracing_time
//     cache_hits
//     cache_misses
//     cache_hit_rate
//     compilation_count
//     execution_count
//     strategy
//     cache_size
//     cached_plans
