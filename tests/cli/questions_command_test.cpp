#include <gmock/gmock.h>

#include <ember/json.hpp>

#include "support/child_process.hpp"

namespace ember::cli {
namespace {

using ember::testing::ChildProcess;

TEST(QuestionsCommand, prints_rows_of_id_question_and_answer) {
  ChildProcess command({EMBER_COMMAND, "questions", "--count", "3", "--seed", "5"});
  for (int id = 0; id < 3; ++id) {
    const Value row = parse_json(command.wait_for_line(""));
    EXPECT_EQ(row.keys(), (std::vector<std::string>{"id", "question", "answer"}));
    EXPECT_EQ(row["id"], Value(id));
    EXPECT_FALSE(row["answer"].string().empty());
  }
  EXPECT_THROW(command.wait_for_line(""), std::runtime_error);
  EXPECT_EQ(command.wait(), 0);
}

TEST(QuestionsCommand, refuses_sets_that_are_too_large) {
  ChildProcess command({EMBER_COMMAND, "questions", "--count", "2000000"});
  command.wait_for_line("--count is at most 1000000");
  EXPECT_EQ(command.wait(), 2);
}

}  // namespace
}  // namespace ember::cli
