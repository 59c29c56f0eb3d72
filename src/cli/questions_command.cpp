// `ember questions`: the word problems that simulated models can compute, as JSONL.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "simulate/arithmetic_problem.hpp"

namespace ember::cli {

namespace {

constexpr const char* questions_description =
    "Prints arithmetic word problems with known answers, one JSON object a line";

constexpr const char* questions_footer = R"(
Each line is {"id", "question", "answer"}, the answer as text. The same seed prints the same problems, and a longer set
starts with the shorter one. The models of `ember simulate` can compute them.

  ember questions --count 200 --seed 7 > questions.jsonl)";

struct QuestionsOptions {
  std::size_t count = 100;
  std::uint64_t seed = 0;
};

int run(const QuestionsOptions& options) {
  if (options.count > simulate::most_problems) {
    throw UsageError("--count is at most " + std::to_string(simulate::most_problems));
  }
  std::int64_t id = 0;
  for (const simulate::ArithmeticProblem& problem :
       simulate::generate_problems(options.count, options.seed)) {
    const Value row = {
        {"id", id++}, {"question", problem.question}, {"answer", std::to_string(problem.answer())}};
    std::cout << to_json(row) << '\n';
  }
  std::cout.flush();
  if (!std::cout) throw DataError("can not write to standard output");
  return ExitCode::success;
}

}  // namespace

Command add_questions_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("questions", questions_description);
  auto options = std::make_shared<QuestionsOptions>();
  app->footer(questions_footer);
  app->add_option("--count", options->count, "Number of problems")->capture_default_str();
  app->add_option("--seed", options->seed, "Another seed prints other problems")->capture_default_str();
  return {app, [options] { return run(*options); }};
}

}  // namespace ember::cli
