// vmap, pmap, mesh_sharded, compose: an operator for one item becomes one for a batch.
//
//   {data: [a, b, c], id: [1, 2, 3]} --> process_item on each --> {processed: [A, B, C], id: [1, 2, 3]}
#include <cctype>
#include <cmath>
#include <iostream>
#include <sstream>

#include <ember/ember.hpp>

using namespace ember;

namespace {

std::string transform(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

// docs: begin item
Value process_item(const Value& item) {
  return {{"processed", transform(item["data"].string())}, {"id", item["id"]}};
}
// docs: end item

// docs: begin shard
/// Works on all documents that it is given: under pmap, on those of one worker.
class DocumentAnalyzer final : public Operator<> {
 public:
  Value forward(const Value& inputs) const override {
    std::vector<Value> analysis;
    for (const Value& document : inputs["documents"].items()) {
      analysis.emplace_back("Analysis of " + document.string());
    }
    return {{"analysis", Value::list(analysis)}};
  }
};
// docs: end shard

// docs: begin batch
/// Answers many inputs at once.
class Embedding final : public Operator<> {
 public:
  Value forward(const Value& text) const override { return forward_batch({text}).front(); }
  [[nodiscard]] std::vector<Value> forward_batch(const std::vector<Value>& texts) const override {
    std::cout << "one request for " << texts.size() << " texts\n";
    std::vector<Value> vectors;
    for (const Value& text : texts)
      vectors.push_back(array<double>({1}, {static_cast<double>(text.string().size())}));
    return vectors;
  }
};
// docs: end batch

// docs: begin array
/// Works on numbers that stand one after the other.
class Hypotenuse final : public Operator<double(double)> {
 public:
  double forward(const double& x) const override { return std::sqrt(x * x + 1); }
  void forward_array(std::span<const double> x, std::span<double> outputs) const override {
    for (std::size_t i = 0; i < x.size(); ++i) outputs[i] = std::sqrt(x[i] * x[i] + 1);
  }
};
// docs: end array

}  // namespace

int main() {
  // docs: begin vmap
  const auto batch = xcs::vmap(process_item);
  const Value results = batch({{"data", list({"item1", "item2", "item3"})},
                               {"id", list({1, 2, 3})},
                               {"options", {{"format", "json"}}}});  // No list: every item gets all of it.
  // docs: end vmap
  std::cout << to_json(results) << '\n';

  // docs: begin axes
  const auto add = op("add", [](int x, int y) { return x + y; });
  const auto plus = xcs::vmap(add, {.in_axes = {0, nullptr}});  // The second argument is constant.
  // docs: end axes
  std::cout << to_json(list(plus(list({1, 2, 3}), 10))) << '\n';

  // docs: begin pmap
  const auto analyze = xcs::pmap(DocumentAnalyzer(), {.num_workers = 2});
  const Value analysis = analyze({{"documents", list({"doc1.txt", "doc2.txt", "doc3.txt"})}});
  // docs: end pmap
  std::cout << to_json(analysis) << '\n';

  // docs: begin mesh
  const xcs::DeviceMesh mesh({.shape = {2, 2}});
  const auto sharded = xcs::mesh_sharded(process_item, mesh, xcs::PartitionSpec(0, 1));
  // docs: end mesh
  std::cout << to_json(sharded({{"data", list({"a", "b", "c"})}, {"id", list({1, 2, 3})}})) << '\n';

  // docs: begin compose
  const auto both = xcs::compose(xcs::pmap({.num_workers = 4}), xcs::vmap({.batch_size = 32}));
  const auto nested = both(process_item);  // pmap(vmap(process_item))
  const auto typed = op("length", [](const std::string& text) { return static_cast<int>(text.size()); }) |
                     xcs::jit | xcs::pmap({.num_workers = 16});  // Op<vector<int>(vector<string>)>
  // docs: end compose
  std::cout << to_json(nested({{"data", list({"x", "y"})}, {"id", list({1, 2})}})) << '\n';
  std::cout << to_json(list(typed({"a", "four", "seven"}))) << '\n';

  std::cout << xcs::vmap(Embedding(), {.batch_size = 2})(list({"a", "bb"})).size() << " vectors\n";

  // docs: begin use_array
  const auto hypotenuses = xcs::vmap(dynamic(Op(Hypotenuse())));
  const Value lengths = hypotenuses(array<double>({3}, {0, 0.75, 2.4}));  // An array again.
  // docs: end use_array
  std::cout << to_json(lengths) << '\n';

  // docs: begin stream
  // A file in its place: json_lines("rows.jsonl").
  std::istringstream rows("{\"data\": \"a\", \"id\": 1}\n{\"data\": \"b\", \"id\": 2}\n");
  for (const Value& output : xcs::vmap_stream(process_item, json_lines(rows), {.batch_size = 100})) {
    std::cout << to_json(output) << '\n';
  }
  // docs: end stream

  // docs: begin errors
  const auto strict = xcs::vmap([](const Value& x) -> Value {
    if (x.integer() == 2) throw std::runtime_error("two is refused");
    return x;
  });
  try {
    strict(list({1, 2, 3}));
  } catch (const xcs::ItemError& error) {
    std::cout << error.what() << '\n';
  }
  const xcs::BatchResult result = xcs::call_detailed(strict, list({1, 2, 3}));
  std::cout << to_json(result.output) << ", " << result.errors.size() << " error at "
            << xcs::to_string(result.errors[0].items) << '\n';
  // docs: end errors
}

// Prints:
//   {"processed":["ITEM1","ITEM2","ITEM3"],"id":[1,2,3]}
//   [11,12,13]
//   {"analysis":["Analysis of doc1.txt","Analysis of doc2.txt","Analysis of doc3.txt"]}
//   {"processed":["A","B","C"],"id":[1,2,3]}
//   {"processed":["X","Y"],"id":[1,2]}
//   [1,4,5]
//   one request for 2 texts
//   2 vectors
//   [1.0,1.25,2.6]
//   {"processed":"A","id":1}
//   {"processed":"B","id":2}
//   [vmap] item 1 failed: two is refused
//   [1,null,3], 1 error at item 1
