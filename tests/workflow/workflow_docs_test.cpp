// Every example of a workflow is a workflow: the files in examples/ and the YAML blocks of docs/workflows.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <ember/workflow.hpp>

namespace ember {
namespace {

TEST(WorkflowExamples, are_workflows) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EMBER_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    EXPECT_NO_THROW((void)Workflow::load(entry.path())) << entry.path();
  }
  EXPECT_GE(count, 4U);
}

TEST(WorkflowDocumentation, has_only_blocks_that_are_workflows) {
  std::ifstream document(EMBER_SOURCE_DIR "/docs/workflows.md");
  std::string block;
  std::size_t count = 0;
  bool is_open = false;
  for (std::string line; std::getline(document, line);) {
    if (is_open && line == "```") {
      ++count;
      EXPECT_NO_THROW((void)Workflow::parse(block, "block " + std::to_string(count)));
      is_open = false;
    } else if (is_open) {
      block += line + "\n";
    } else if (line == "```yaml") {
      block.clear();
      is_open = true;
    }
  }
  EXPECT_GE(count, 3U);
}

}  // namespace
}  // namespace ember
