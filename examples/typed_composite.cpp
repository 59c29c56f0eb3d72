// Operators over structs: a composite is ordinary C++ over Vars, and a wrong connection does not compile.
//
//               +--> quick --+
//   Question ---+            +--> judge --> Answer
//               +--> wise ---+
//
#include <ember/model.hpp>
#include <ember/program.hpp>
#include <ember/providers.hpp>

#include <algorithm>
#include <iostream>

using namespace ember;

struct Question {
  std::string text;
};
EMBER_FIELDS(Question, text)
struct Answer {
  std::string text;
  double confidence = 0;
};
EMBER_FIELDS(Answer, text, confidence)

class Ask final : public Operator<Answer(Question)> {
 public:
  explicit Ask(Model model) : model_(std::move(model)) {}
  Answer forward(const Question& question) const override { return model_.complete<Answer>(question.text); }

 private:
  Model model_;
};

class Judge final : public Operator<Answer(Question, std::vector<Answer>)> {
 public:
  Answer forward(const Question&, const std::vector<Answer>& answers) const override {
    return *std::max_element(answers.begin(), answers.end(), [](const Answer& left, const Answer& right) {
      return left.confidence < right.confidence;
    });
  }
};

class Panel final : public Composite<Answer(Question)> {
 public:
  explicit Panel(const std::vector<Model>& models) {
    for (const Model& model : models) members_.push_back(child(model.name(), Ask(model)));
  }
  Var<Answer> forward(Var<Question> question) const override {
    std::vector<Var<Answer>> answers;
    for (const auto& ask : members_) answers.push_back(ask(question));  // They do not need each other.
    return judge_(question, collect(answers));
  }

 private:
  std::vector<Op<Answer(Question)>> members_;
  Op<Answer(Question, std::vector<Answer>)> judge_ = child("judge", Judge());
};

int main() {
  const auto says = [](std::string json) { return [json](const ModelRequest&) { return json; }; };
  register_simulated("quick", {.answer = says(R"({"text": "Lyon", "confidence": 0.4})")});
  register_simulated("wise", {.answer = says(R"({"text": "Paris", "confidence": 0.9})")});
  const Panel panel({Model("sim:quick"), Model("sim:wise")});

  // docs: begin overlap
  const Op one_by_one = panel;  // Called as an operator: its parts run in the order of the program.
  std::cout << one_by_one({"The capital of France?"}).text << '\n';
  const auto overlapped = xcs::autograph([&](Var<Question> question) { return panel.forward(question); });
  std::cout << overlapped({"The capital of France?"}).text << '\n' << overlapped.graph().to_text();
  // docs: end overlap
}

// Prints:
//   Paris
//   Paris
//   Ask_0 = Ask($input)
//   Ask_1 = Ask($input)
//   Judge_2 = Judge([$input, [Ask_0, Ask_1]])
