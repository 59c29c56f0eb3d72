#include <ember/compact.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/log.hpp>
#include <ember/non.hpp>

#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using test::ScriptedModels;
using testing::HasSubstr;

template <class T>
const T* as(const Op<>& op) {
  return dynamic_cast<const T*>(&op.target());
}

template <class Failure>
std::string message_from(const CompactSpec& spec, const Components& components = {}) {
  try {
    build_graph(spec, components);
  } catch (const Failure& error) {
    return error.what();
  }
  return "no error";
}

TEST(OperatorSpec, ReadsFromBothEnds) {
  EXPECT_EQ(OperatorSpec::parse("12:UE:a:b::c:1e-1"), (OperatorSpec{12, "UE", "a:b::c", 0.1}));
  EXPECT_EQ(OperatorSpec::parse("1:MC::0"), (OperatorSpec{1, "MC", "", 0.0}));
}

TEST(OperatorSpec, RefusesOtherForms) {
  for (const char* text : {":", ":::", "1:E:m:", "1:E:m:nan", "1:E:m:inf", "1::m:0.5", "1.5:E:m:0.5",
                           " 1:E:m:0", "99999999999:E:m:0", "1:E:0.5"}) {
    EXPECT_EQ(message_from<InvalidArgumentError>(text), "Invalid operator specification") << text;
  }
}

TEST(OperatorSpec, CountsFromOne) {
  EXPECT_EQ(message_from<InvalidArgumentError>("0:E:gpt-4o:0.7"), "Count must be a positive integer");
  EXPECT_EQ(message_from<InvalidArgumentError>("-2:J:gpt-4o:0.7"), "Count must be a positive integer");
}

TEST(TypeRegistry, KnowsTheStandardCodes) {
  EXPECT_THAT(TypeRegistry().codes(), testing::ElementsAre("E", "J", "JF", "MC", "UE", "V"));
  EXPECT_NE(as<UniformEnsemble>(build_graph("2:UE:gpt-4o:0.7")), nullptr);
  EXPECT_NE(as<JudgeSynthesis>(build_graph("1:J:gpt-4o:0.7")), nullptr);
  EXPECT_NE(as<JudgeSynthesis>(build_graph("1:JF:gpt-4o:0.7")), nullptr);
  EXPECT_NE(as<Verifier>(build_graph("1:V:gpt-4o:0.7")), nullptr);
  EXPECT_NE(as<MostCommon>(build_graph("1:MC::0.0")), nullptr);
}

TEST(TypeRegistry, IsCaseSensitive) {
  EXPECT_EQ(message_from<InvalidArgumentError>("1:X:gpt-4o:0.7"), "Unknown operator type code: 'X'");
  EXPECT_EQ(message_from<InvalidArgumentError>("1:e:gpt-4o:0.7"), "Unknown operator type code: 'e'");
}

TEST(TypeRegistry, LaterRegistrationReplaces) {
  const Op<> first = op("first", [](const Value& in) -> Value { return in; });
  const Op<> second = op("second", [](const Value& in) -> Value { return in; });
  TypeRegistry types;
  types.register_type("E", [&](const OperatorSpec&) { return first; });
  types.register_type("E", [&](const OperatorSpec&) { return second; });
  EXPECT_EQ(build_graph("1:E:m:0", {}, types).reference().target, second.reference().target);
}

TEST(TypeRegistry, RefusesUnusableCodes) {
  TypeRegistry types;
  const auto factory = [](const OperatorSpec&) -> Op<> { return MostCommon(); };
  EXPECT_THROW(types.register_type("", factory), InvalidArgumentError);
  EXPECT_THROW(types.register_type("a:b", factory), InvalidArgumentError);
  EXPECT_THROW(types.register_type("A", nullptr), InvalidArgumentError);
}

TEST(TypeRegistry, WarnsOfCountsWithoutEffect) {
  std::vector<std::string> messages;
  set_log_hook([&](LogLevel, std::string_view message) { messages.emplace_back(message); });
  const Op<> made = build_graph("2:V:gpt-4o:0.0");
  set_log_hook({});
  EXPECT_NE(as<Verifier>(made), nullptr);
  EXPECT_THAT(messages, testing::ElementsAre(HasSubstr("count 2 of type 'V' has no effect")));
}

TEST(BuildGraph, ListsAreSequential) {
  const Op<> nested = build_graph({{"2:E:a:0.1", "1:MC::0"}, "1:V:b:0.2"});
  const auto* outer = as<Sequential>(nested);
  ASSERT_NE(outer, nullptr);
  ASSERT_EQ(outer->operators().size(), 2U);
  const auto* inner = as<Sequential>(outer->operators()[0]);
  ASSERT_NE(inner, nullptr);
  EXPECT_NE(as<MostCommon>(inner->operators()[1]), nullptr);
  EXPECT_NE(as<Verifier>(outer->operators()[1]), nullptr);
  EXPECT_EQ(as<Sequential>(build_graph(CompactSpec::List{}))->operators().size(), 0U);
}

TEST(BuildGraph, TakesPlainData) {
  const Op<> made = build_graph(list({"2:E:a:0.1", list({"$vote"})}), {{"vote", "1:MC::0"}});
  ASSERT_NE(as<Sequential>(made), nullptr);
  EXPECT_EQ(message_from<IncompatibleTypeError>(list({"1:MC::0", true})), "Unsupported node type");
  EXPECT_EQ(message_from<IncompatibleTypeError>(Value{{"a", 1}}), "Unsupported node type");
  EXPECT_EQ(message_from<IncompatibleTypeError>(Value()), "Unsupported node type");
}

TEST(BuildGraph, OperatorsPassThrough) {
  const Op<> given = most_common();
  EXPECT_EQ(build_graph(given).reference().target, given.reference().target);
  const Op<> chain = build_graph({given, MostCommon(), "$vote"}, {{"vote", given}});
  EXPECT_EQ(as<Sequential>(chain)->operators()[2].reference().target, given.reference().target);
}

TEST(BuildGraph, NamesCirclesThroughLists) {
  const Components components = {{"a", CompactSpec{"1:MC::0", "$b"}}, {"b", CompactSpec{"$c"}}, {"c", "$a"}};
  EXPECT_THAT(message_from<InvalidArgumentError>("$a", components), HasSubstr("$a -> $b -> $c -> $a"));
  EXPECT_THAT(message_from<InvalidArgumentError>("$s", {{"s", "$s"}}), HasSubstr("$s -> $s"));
}

TEST(BuildGraph, OneComponentMayBeUsedTwice) {
  EXPECT_EQ(as<Sequential>(build_graph({"$v", "$v"}, {{"v", "1:MC::0"}}))->operators().size(), 2U);
}

TEST(BuildGraph, SurvivesLongChainsAndDeepLists) {
  Components chain = {{"n0", "1:MC::0"}};
  for (int i = 1; i < 1500; ++i)
    chain.insert_or_assign("n" + std::to_string(i), "$n" + std::to_string(i - 1));
  EXPECT_NE(as<MostCommon>(build_graph("$n1499", chain)), nullptr);
  Value deep = "1:MC::0";
  for (int i = 0; i < 300; ++i) deep = list({deep});
  EXPECT_THAT(message_from<InvalidArgumentError>(deep), HasSubstr("nested deeper than 200"));
}

TEST(BuildGraph, RunsWhatItBuilt) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest& request) -> std::string {
    if (request.model == "judge") return "Final Answer: 7";
    return request.model == "check" ? "Verdict: correct\nExplanation: yes" : "7";
  });
  const Op<> flow = build_graph({"3:E:openai:unit:0.7", "1:J:openai:judge:0.0", "1:V:openai:check:0.1"}, {},
                                TypeRegistry(registry));
  const Value output = flow({{"query", "3 + 4?"}});
  EXPECT_EQ(output["verdict"], Value(1));
  ASSERT_EQ(models->call_count(), 5U);
  EXPECT_EQ(models->requests()[0].parameters.temperature, 0.7);
  EXPECT_EQ(models->requests()[4].parameters.temperature, 0.1);
  EXPECT_THAT(models->prompt(4), HasSubstr("Candidate answer:\n7"));
}

}  // namespace
}  // namespace ember::non
