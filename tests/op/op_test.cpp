// Ops called plainly: signatures, names, errors and paths.
#include <ember/op.hpp>

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

#include "op/interpreter.hpp"

namespace ember {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Throws;
using ::testing::ThrowsMessage;

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
  Answer forward(const Question& question) const override { return {question.text + "!", 1.0}; }
};

class Judge final : public Operator<Answer(Question, std::vector<Answer>)> {
 public:
  Answer forward(const Question& question, const std::vector<Answer>& answers) const override {
    if (answers.empty()) throw std::runtime_error("nothing to judge");
    return {question.text + ":" + answers.back().text, static_cast<double>(answers.size())};
  }
};

class Panel final : public Composite<Answer(Question)> {
 public:
  explicit Panel(int members) {
    for (int i = 0; i < members; ++i) members_.push_back(child("ask" + std::to_string(i), Ask()));
  }
  Var<Answer> forward(Var<Question> question) const override {
    std::vector<Var<Answer>> answers;
    for (const auto& ask : members_) answers.push_back(ask(question));
    return judge_(question, collect(answers));
  }

 private:
  std::vector<Op<Answer(Question)>> members_;
  Op<Answer(Question, std::vector<Answer>)> judge_ = child("judge", Judge());
};

TEST(Op, RunsTypedComposites) {
  const Op panel = Panel(3);
  const Answer answer = panel(Question{"tea"});
  EXPECT_EQ(answer.text, "tea:tea!");
  EXPECT_EQ(answer.confidence, 3.0);
}

TEST(Op, TakesAnyNumberOfArguments) {
  const auto none = op("None", [] { return 7; });
  const auto two = op("Two", [](int left, const std::string& right) { return std::to_string(left) + right; });
  EXPECT_EQ(none(), 7);
  EXPECT_EQ(two(1, "x"), "1x");
  EXPECT_EQ(two(Var<int>(1), std::string("x")).get(), "1x");
  EXPECT_EQ(none.target().arity(), 0U);
  EXPECT_EQ(two.target().arity(), 2U);
}

TEST(Op, TakesFunctionPointersAndStandardFunctions) {
  EXPECT_EQ(op(
                "Size", +[](const std::string& text) { return static_cast<int>(text.size()); })("tea"),
            3);
  EXPECT_EQ(op("Twice", std::function<int(int)>([](int x) { return 2 * x; }))(4), 8);
  EXPECT_THROW(op("Null", static_cast<int (*)(int)>(nullptr)), InvalidArgumentError);
  EXPECT_THROW(op("Null", std::function<int(int)>()), InvalidArgumentError);
}

TEST(Op, MakesCompositesFromFunctionsOverVars) {
  const auto ask = Op(Ask());
  const auto both = op("Both", [ask](Var<Question> question) {
    return collect<Answer>({ask(question), ask(question)});
  });
  EXPECT_TRUE(both.target().is_composite());
  EXPECT_FALSE(ask.target().is_composite());
  EXPECT_EQ(both(Question{"tea"}).size(), 2U);
}

TEST(Op, RefusesToBeCalledEmpty) {
  EXPECT_THROW(Op<>()(Value()), InvalidArgumentError);
  EXPECT_THROW(Op<>()(Var<Value>(Value())), InvalidArgumentError);
  EXPECT_THROW((void)Op<>().name(), InvalidArgumentError);
  EXPECT_THROW(Op<Answer(Question)>(std::shared_ptr<Ask>()), InvalidArgumentError);
  EXPECT_FALSE(Op<>());
}

TEST(Op, CopiesShareTheOperator) {
  const Op first = Ask();
  const Op copy = first;
  const Op second = Ask();
  EXPECT_EQ(&first.target(), &copy.target());
  EXPECT_EQ(&first.target(), &first.named("other").target());
  EXPECT_NE(&first.target(), &second.target());
}

TEST(Op, IsNamedByItsClassUnlessToldOtherwise) {
  EXPECT_EQ(Op(Ask()).name(), "Ask");
  EXPECT_EQ(op("echo", [](const Value& in) -> Value { return in; }).name(), "echo");
  EXPECT_EQ(Op(Ask()).named("first").reference().name(), "first");
}

TEST(Op, KnowsItsChildren) {
  const Op panel = Panel(2);
  std::vector<std::string> names;
  for (const Child& part : panel.target().children()) names.push_back(part.name);
  EXPECT_THAT(names, ElementsAre("judge", "ask0", "ask1"));
}

class Twins final : public Composite<> {
 public:
  Twins(std::string first, std::string second) {
    child(std::move(first), Panel(1));
    child(std::move(second), Panel(1));
  }
  Var<> forward(Var<> in) const override { return in; }
};

TEST(Op, ChildrenOfOneNameAreNumbered) {
  const auto names = [](const Op<>& twins) {
    return twins.target().children()[0].name + " " + twins.target().children()[1].name;
  };
  EXPECT_EQ(names(Twins("a", "b")), "a b");
  EXPECT_EQ(names(Twins("a", "a")), "a a_2");
  EXPECT_THROW(Twins("a", ""), InvalidArgumentError);
}

TEST(Op, NamesThePathOfWhatFailed) {
  const Op panel = Op(Panel(0)).named("panel");
  try {
    panel(Question{"tea"});
    FAIL() << "nothing was thrown";
  } catch (const OperatorExecutionError& error) {
    EXPECT_EQ(error.path(), "panel.judge");
    EXPECT_THAT(error.what(), HasSubstr("nothing to judge"));
    EXPECT_THAT([&] { std::rethrow_exception(error.cause()); }, Throws<std::runtime_error>());
  }
}

TEST(Op, ArgumentsOfAnotherTypeAreAnError) {
  const Op<> ask = dynamic(Op(Ask()));
  EXPECT_THAT([&] { ask(Value("text")); }, ThrowsMessage<OperatorExecutionError>(HasSubstr("Question")));
  const Op<> two = dynamic(op("Two", [](int left, int right) { return left + right; }));
  EXPECT_EQ(two(list({1, 2})), Value(3));
  EXPECT_THAT(
      [&] {
        two(list({1, 2, 3}));
      },
      ThrowsMessage<OperatorExecutionError>(HasSubstr("takes 2 arguments, got 3")));
}

TEST(Op, DynamicSeesTypedOperatorsAsData) {
  const Op<> ask = dynamic(Op(Ask()));
  EXPECT_EQ(ask(Value({{"text", "tea"}})), Value({{"text", "tea!"}, {"confidence", 1.0}}));
  EXPECT_EQ(ask.name(), "Ask");
  const Op<> echo = op("echo", [](const Value& in) -> Value { return in; });
  EXPECT_EQ(&dynamic(echo).target(), &echo.target());
}

TEST(Op, DynamicStandsInPathsOnce) {
  const Op<> panel = dynamic(Op(Panel(0)));
  try {
    panel(Value({{"text", "tea"}}));
    FAIL() << "nothing was thrown";
  } catch (const OperatorExecutionError& error) {
    EXPECT_EQ(error.path(), "Panel.judge");
  }
}

/// Answers from a thread of its own.
class Slow final : public Operator<> {
 public:
  void forward_async(Value inputs, Context, Completion done) const override {
    std::thread([inputs = std::move(inputs), done = std::move(done)]() mutable {
      done(inputs.with("slow", true));
    }).detach();
  }
};

TEST(Op, WaitsForAsynchronousLeaves) {
  const Op slow = Slow();
  EXPECT_TRUE(slow.target().is_async());
  EXPECT_FALSE(Op(Ask()).target().is_async());
  EXPECT_EQ(slow(Value({{"a", 1}})), Value({{"a", 1}, {"slow", true}}));
}

class Dropping final : public Operator<> {
 public:
  void forward_async(Value, Context, Completion done) const override {
    std::thread([done = std::move(done)] {}).detach();
  }
};

class Forgetting final : public Operator<> {
 public:
  void forward_async(Value, Context, Completion) const override {}
};

class Throwing final : public Operator<> {
 public:
  void forward_async(Value, Context, Completion done) const override {
    const Completion taken = std::move(done);
    throw std::invalid_argument("no such place");
  }
};

TEST(Op, ADroppedCompletionFailsTheCall) {
  const auto message = ThrowsMessage<OperatorError>(HasSubstr("dropped its completion"));
  EXPECT_THAT([op = Op(Dropping())] { op(Value()); }, message);
  EXPECT_THAT([op = Op(Forgetting())] { op(Value()); }, message);
  EXPECT_THAT([op = Op(Throwing())] { op(Value()); },
              ThrowsMessage<OperatorExecutionError>(HasSubstr("no such place")));
}

class Neither final : public Operator<> {};

TEST(Op, SaysWhenNothingIsOverridden) {
  EXPECT_THAT([op = Op(Neither())] { op(Value()); },
              ThrowsMessage<OperatorError>(HasSubstr("neither forward nor forward_async")));
}

/// Keeps the one outcome of a started call.
struct OutcomeSink final : CompletionSink {
  void complete(std::size_t, Value given, std::exception_ptr failure) noexcept override {
    ++outcomes;
    value = std::move(given);
    error = std::move(failure);
  }
  void retain() noexcept override { ++references; }
  void release() noexcept override { --references; }

  int outcomes = 0;
  int references = 0;
  Value value;
  std::exception_ptr error;
};

TEST(StartCall, FailsWithWhatTheLeafThrewAndOnce) {
  for (const Op<>& broken : {Op<>(Throwing()), Op<>(Neither()), Op<>(Forgetting())}) {
    OutcomeSink sink;
    start_call(broken.target(), Value(), Context(), CompletionCallback(sink, 0));
    EXPECT_EQ(sink.outcomes, 1);
    EXPECT_EQ(sink.references, 0);
    ASSERT_NE(sink.error, nullptr);
    const std::string expected = broken.name() == "Throwing"     ? "no such place"
                                 : broken.name() == "Forgetting" ? "dropped its completion"
                                                                 : "overrides neither";
    EXPECT_THAT(message_of(sink.error), HasSubstr(expected));
  }
}

TEST(StartCall, RunsPlainLeavesAtOnce) {
  const auto twice = op("Twice", [](int x) { return 2 * x; });
  OutcomeSink sink;
  start_call(twice.target(), Value(4), Context(), CompletionCallback(sink, 0));
  EXPECT_EQ(sink.value, Value(8));
  EXPECT_EQ(sink.references, 0);
}

TEST(CompletionCallback, TakesOneOutcome) {
  OutcomeSink sink;
  CompletionCallback done(sink, 0);
  EXPECT_TRUE(done);
  done(Value(1));
  EXPECT_FALSE(done);
  EXPECT_THROW(done(Value(2)), InvalidArgumentError);
  EXPECT_THROW(done.fail(nullptr), InvalidArgumentError);
  EXPECT_EQ(sink.outcomes, 1);
  EXPECT_EQ(sink.references, 0);
}

TEST(Errors, OneThatIsKeptAndThrownAgainStaysAsItIs) {
  const auto kept = std::make_exception_ptr(OperatorError("busy"));
  const Op<> shared = op("shared", [kept](const Value&) -> Value { std::rethrow_exception(kept); });
  const auto path_of = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.path();
    }
    return "nothing was thrown";
  };
  for (int call = 0; call < 3; ++call) EXPECT_EQ(path_of([&] { shared({}); }), "shared");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int call = 0; call < 50; ++call) EXPECT_EQ(path_of([&] { shared({}); }), "shared");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(path_of([&] { std::rethrow_exception(kept); }), "");
}

class OwnError final : public OperatorError {
 public:
  using OperatorError::OperatorError;
};

TEST(Errors, OneOfAClassOfTheUsersStaysOfThatClass) {
  const Op<> own = op("own", [](const Value&) -> Value { throw OwnError("mine"); });
  try {
    own({});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const OwnError& error) {
    EXPECT_EQ(error.path(), "own");
  }
}

}  // namespace
}  // namespace ember
