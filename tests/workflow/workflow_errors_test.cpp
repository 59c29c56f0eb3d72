// What is wrong in a workflow file, and what a person is told about it. The texts are named `f.yaml`.
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/workflow.hpp>

namespace ember {
namespace {

struct Mistake {
  const char* name;
  std::string text;
  std::string message;
  std::vector<std::string> settings = {};
};

// What most of the texts end with: a step and an output that are right.
const std::string rest = R"(
steps:
  a: {operator: ask, model: sim:echo, input: {query: row.q}}
outputs: {a: a.text}
)";

std::string with_step(const std::string& step) {
  return "models: {echo: sim:echo}\nsteps:\n  a: {operator: ask, model: echo, input: {query: row.q}}\n  b: " +
         step + "\noutputs: {a: a.text}\n";
}

std::string message_of_parsing(const Mistake& mistake) {
  try {
    (void)Workflow::parse(mistake.text, "f.yaml", {.settings = mistake.settings});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

class WorkflowErrors : public ::testing::TestWithParam<Mistake> {};

TEST_P(WorkflowErrors, are_told_with_place_and_advice) {
  EXPECT_EQ(message_of_parsing(GetParam()), GetParam().message);
}

const auto name_of = [](const auto& info) { return std::string(info.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Yaml, WorkflowErrors,
    ::testing::Values(
        Mistake{"empty", "", "f.yaml:1:1: a workflow is a mapping with 'steps' and 'outputs', found nothing"},
        Mistake{"a_list", "- a\n",
                "f.yaml:1:1: a workflow is a mapping with 'steps' and 'outputs', found a list"},
        Mistake{"bad_indentation", "steps:\n  a: 1\n b: 2\n",
                "f.yaml:3:2: not valid YAML: end of map not found"},
        Mistake{"open_bracket", "steps: [1, 2\n",
                "f.yaml:2:1: not valid YAML: end of sequence flow not found"},
        Mistake{"not_utf8", "steps: \xff\n", "f.yaml:1:1: the text is not valid UTF-8"},
        Mistake{"key_twice", "models: {}\nmodels: {}" + rest,
                "f.yaml:2:1: 'models' stands twice; first in line 1"},
        Mistake{"deep_key_twice", "models: {m: {id: sim:echo, id: sim:upper}}" + rest,
                "f.yaml:1:28: 'id' stands twice; first in line 1"},
        Mistake{"second_document", "steps: 1\n---\nsteps: 2\n",
                "f.yaml:3:1: a second document; one file holds one workflow"},
        Mistake{"alias_of_itself", "models: &a {m: *a}" + rest,
                "f.yaml:1:16: an alias inside the very thing that it stands for"},
        Mistake{"key_that_is_a_list", "? [a]\n: 1\n", "f.yaml:1:3: a key must be a text, found a list"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Sections, WorkflowErrors,
    ::testing::Values(
        Mistake{"unknown_section", "model: {}" + rest,
                "f.yaml:1:1: unknown section 'model'; did you mean 'models'?"},
        Mistake{"no_steps", "outputs: {a: row.a}\n", "f.yaml:1:1: the section 'steps' is missing or empty"},
        Mistake{"no_outputs", "steps:\n  a: {operator: ask, model: sim:echo, input: {query: row.q}}\n",
                "f.yaml:1:1: the section 'outputs' is missing or empty"},
        Mistake{"steps_as_list", "steps: [a]\noutputs: {a: row.a}\n",
                "f.yaml:1:8: 'steps' is a mapping from names, found a list"},
        Mistake{
            "output_id",
            "outputs: {id: a.text}\nsteps:\n  a: {operator: ask, model: sim:echo, input: {query: row.q}}\n",
            "f.yaml:1:11: the output 'id' is written for every row already; choose another name"},
        Mistake{"step_named_row", "outputs: {a: row.a}\nsteps: {row: {operator: most_common}}\n",
                "f.yaml:2:9: 'row' is the name of the input row; give the step another name"},
        Mistake{"bad_step_name", "outputs: {a: row.a}\nsteps: {a.b: {operator: most_common}}\n",
                "f.yaml:2:9: a step's name has letters, digits, '_' and '-' only, found 'a.b'"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Models, WorkflowErrors,
    ::testing::Values(
        Mistake{"no_id", "models: {m: {temperature: 0}}" + rest,
                "f.yaml:1:10: model 'm' needs an 'id' such as openai:gpt-4o"},
        Mistake{"temperature_as_text", "models:\n  m: {id: sim:echo, temperature: hot}" + rest,
                "f.yaml:2:21: temperature must be a number, found string"},
        Mistake{"context_as_text", "models: {m: {id: sim:echo, context_tokens: long}}" + rest,
                "f.yaml:1:44: 'context_tokens' is the most tokens of prompt and answer together, found the "
                "text 'long'"},
        Mistake{"price_as_text", "models: {m: {id: sim:echo, cost: {input_per_thousand: much}}}" + rest,
                "f.yaml:1:55: 'input_per_thousand' is a price in US dollars, found the text 'much'"},
        Mistake{"a_list", "models: {m: [sim:echo]}" + rest,
                "f.yaml:1:13: model 'm' is an id or a mapping with 'id', found a list"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Steps, WorkflowErrors,
    ::testing::Values(
        Mistake{"no_operator", with_step("{model: echo}"), "f.yaml:4:3: step 'b' has no 'operator'"},
        Mistake{"not_a_mapping", with_step("ask"),
                "f.yaml:4:6: step 'b' is a mapping with 'operator', found the text 'ask'"},
        Mistake{"unknown_operator", with_step("{operator: most_comon}"),
                "f.yaml:4:17: unknown operator 'most_comon'; did you mean 'most_common'?"},
        Mistake{"unknown_setting",
                with_step("{operator: ask, modle: echo, model: echo, input: {query: row.q}}"),
                "f.yaml:4:22: unknown setting of 'ask' 'modle'; did you mean 'model'?"},
        Mistake{"unknown_model", with_step("{operator: ask, model: ecko, input: {query: row.q}}"),
                "f.yaml:4:29: unknown model 'ecko'; did you mean 'echo'?"},
        Mistake{"missing_model", with_step("{operator: judge, input: {query: row.q, responses: row.r}}"),
                "f.yaml:4:3: step 'b' (judge) needs a 'model'"},
        Mistake{"size_as_text",
                with_step("{operator: ensemble, model: echo, size: many, input: {query: row.q}}"),
                "f.yaml:4:46: 'size' is a whole number from 1 to 10000, found the text 'many'"},
        Mistake{"no_pattern", with_step("{operator: extract, input: {text: a.text}}"),
                "f.yaml:4:3: step 'b' (extract) needs 'pattern'"},
        Mistake{"bad_pattern", with_step("{operator: extract, pattern: '(', input: {text: a.text}}"),
                "f.yaml:4:35: Extract: pattern '(' is not valid: missing ): ("},
        Mistake{"empty_models", with_step("{operator: varied_ensemble, models: [], input: {query: row.q}}"),
                "f.yaml:4:42: 'models' is a list of names of models, found a list"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Inputs, WorkflowErrors,
    ::testing::Values(
        Mistake{"no_input", with_step("{operator: most_common}"),
                "f.yaml:4:3: step 'b' needs 'input' with responses, query"},
        Mistake{
            "missing_field", with_step("{operator: most_common, input: {respones: a.text}}"),
            "f.yaml:4:37: the input of step 'b' (most_common) lacks 'responses'; did you mean 'respones'?\n"
            "f.yaml:4:48: step 'b' (most_common) takes no 'respones'; did you mean 'responses'?"},
        Mistake{"wrong_type", with_step("{operator: most_common, input: {responses: a.text}}"),
                "f.yaml:4:49: 'responses' of step 'b' takes a list, found a text"},
        Mistake{"field_not_in_prompt",
                with_step("{operator: ask, model: echo, prompt: 'Q {question}', input: {question: row.q, "
                          "answr: row.q}}"),
                "f.yaml:4:91: the prompt of step 'b' has no field '{answr}'; known: question"},
        Mistake{"prompt_lacks_input",
                with_step("{operator: ask, model: echo, prompt: 'Q {question}', input: {}}"),
                "f.yaml:4:66: the input of step 'b' (ask) lacks 'question'"},
        Mistake{"unknown_step", with_step("{operator: ask, model: echo, input: {query: aa.text}}"),
                "f.yaml:4:50: unknown step 'aa'; did you mean 'a'?"},
        Mistake{"unknown_output_field", with_step("{operator: ask, model: echo, input: {query: a.txt}}"),
                "f.yaml:4:50: step 'a' (ask) has no output 'txt'; did you mean 'text'?"},
        Mistake{
            "no_reference", with_step("{operator: ask, model: echo, input: {query: 'what is it?'}}"),
            "f.yaml:4:50: expected a reference such as row.question or a_step.text, a list of references, or "
            "{value: ...}, found the text 'what is it?'"},
        Mistake{
            "cycle",
            "outputs: {a: a.text}\nsteps:\n  a: {operator: ask, model: sim:echo, input: {query: b.text}}\n"
            "  b: {operator: ask, model: sim:echo, input: {query: a.text}}\n",
            "f.yaml:4:54: steps wait for each other in a cycle: a <- b <- a"},
        Mistake{"itself", with_step("{operator: ask, model: echo, input: {query: b.text}}"),
                "f.yaml:4:50: steps wait for each other in a cycle: b <- b"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Maps, WorkflowErrors,
    ::testing::Values(
        Mistake{"unknown_field",
                with_step("{operator: ask, model: echo, map: querys, input: {query: row.q}}"),
                "f.yaml:4:40: step 'b' has no input 'querys' to map over; did you mean 'query'?"},
        Mistake{"other_field",
                with_step("{operator: ask, model: echo, map: [query, x], input: {query: row.q}}"),
                "f.yaml:4:48: step 'b' has no input 'x' to map over; known: query"},
        Mistake{"no_list", with_step("{operator: ask, model: echo, map: query, input: {query: a.text}}"),
                "f.yaml:4:62: 'query' of step 'b' takes a list to map over, found a text"},
        Mistake{"no_field", with_step("{operator: ask, model: echo, map: [], input: {query: row.q}}"),
                "f.yaml:4:40: 'map' is a field of the input, or a list of them, found an empty list"},
        Mistake{"a_mapping",
                with_step("{operator: ask, model: echo, map: {query: 0}, input: {query: row.q}}"),
                "f.yaml:4:40: 'map' is a field of the input, or a list of them, found a mapping"},
        Mistake{"twice",
                with_step("{operator: ask, model: echo, map: [query, query], input: {query: row.q}}"),
                "f.yaml:4:48: 'map' names 'query' twice"},
        Mistake{"batch_size_of_nothing",
                with_step("{operator: ask, model: echo, map: query, batch_size: 0, input: {query: row.q}}"),
                "f.yaml:4:59: 'batch_size' is a whole number from 1 to 10000, found 0"},
        Mistake{"workers_without_map",
                with_step("{operator: ask, model: echo, max_workers: 2, input: {query: row.q}}"),
                "f.yaml:4:48: 'max_workers' is for steps with 'map'"},
        Mistake{"list_from_a_mapped_step",
                "steps:\n  a: {operator: ask, model: sim:echo, map: query, input: {query: row.q}}\n"
                "  b: {operator: judge, model: sim:echo, input: {query: a.text, responses: a.text}}\n"
                "outputs: {b: b.final_answer}\n",
                "f.yaml:3:56: 'query' of step 'b' takes a text, found a list"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Settings, WorkflowErrors,
    ::testing::Values(
        Mistake{
            "no_path",
            "models: {m: sim:echo}" + rest,
            "--set temperature=0: expected a setting such as models.NAME.temperature=0 or steps.NAME.size=5",
            {"temperature=0"}},
        Mistake{"unknown_section",
                rest,
                "--set step.a.x=1: 'step' can not be set, only models and steps; did you mean 'steps'?",
                {"step.a.x=1"}},
        Mistake{"unknown_name",
                "models: {small: {id: sim:echo}}" + rest,
                "--set models.smal.temperature=0: the file has no model 'smal'; did you mean 'small'?",
                {"models.smal.temperature=0"}},
        Mistake{"unknown_key",
                rest,
                "--set steps.a.modle=x: unknown setting of 'ask' 'modle'; did you mean 'model'?",
                {"steps.a.modle=x"}},
        Mistake{"no_value_in_yaml",
                rest,
                "--set steps.a.model=[: not valid YAML: end of sequence flow not found",
                {"steps.a.model=["}}),
    name_of);

TEST(WorkflowErrorList, has_all_mistakes_in_the_order_of_the_file) {
  EXPECT_EQ(
      message_of_parsing(
          {"", "outputs: {x: c.text}\nsteps:\n  a: {operator: aks}\n  b: {operator: judge}\nextra: 1\n", ""}),
      "f.yaml:1:14: unknown step 'c'; did you mean 'a'?\n"
      "f.yaml:3:17: unknown operator 'aks'; did you mean 'ask'?\n"
      "f.yaml:4:3: step 'b' needs 'input' with query, responses\n"
      "f.yaml:4:3: step 'b' (judge) needs a 'model'\n"
      "f.yaml:5:1: unknown section 'extra'; known: description, models, steps, outputs");
}

TEST(WorkflowErrorList, ends_after_twenty) {
  std::string text = rest;
  for (int i = 0; i < 30; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";
  const std::string message = message_of_parsing({"", text, ""});
  EXPECT_NE(message.find("\n... and 10 more errors"), std::string::npos) << message;
}

TEST(WorkflowErrorList, of_unknown_models_and_parameters_has_their_places) {
  const std::string message =
      message_of_parsing({"",
                          "models:\n  a: {id: opnai:gpt-4o}\n  b: {id: sim:echo, temprature: 1}\n"
                          "  c: {id: sim:echo, temperature: 3}" +
                              rest,
                          ""});
  EXPECT_NE(message.find("f.yaml:2:11: "), std::string::npos) << message;
  EXPECT_NE(message.find("f.yaml:3:21: "), std::string::npos) << message;
  EXPECT_NE(message.find("did you mean 'temperature'?"), std::string::npos) << message;
  EXPECT_NE(message.find("f.yaml:4:21: "), std::string::npos) << message;
}

TEST(WorkflowErrorList, of_aliases_that_grow_without_bound_ends) {
  std::string text = "models:\n  l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*l" + std::to_string(i - 1);
    text += "  l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) text += ", " + before;
    text += "]\n";
  }
  const std::string message = message_of_parsing({"", text, ""});
  EXPECT_NE(message.find("more than 20,000 entries"), std::string::npos) << message;
}

TEST(WorkflowFile, that_is_not_there_is_named) {
  try {
    (void)Workflow::load("/nowhere/flow.yaml");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "can not read '/nowhere/flow.yaml': No such file or directory");
  }
}

}  // namespace
}  // namespace ember
