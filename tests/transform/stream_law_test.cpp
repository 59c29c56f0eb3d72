// The law of streams: whatever runs when, the outputs of a stream are those of the items one by one, up to
// the first failure.
#include <gtest/gtest.h>

#include <ember/execution_options.hpp>
#include <ember/vmap.hpp>
#include <ember/vmap_stream.hpp>

#include "law_parts.hpp"

namespace ember {
namespace {

using test::below;
using test::Form;
using test::Random;
using test::Rule;

class StreamLaw : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  struct Case {
    std::vector<Value> items;
    Rule rule;
    Form form = Form::plain;
    xcs::VmapStreamOptions options;

    [[nodiscard]] std::string name() const {
      return "form " + std::to_string(static_cast<int>(form)) + ", " + std::to_string(items.size()) +
             " items, batch_size " + std::to_string(options.batch_size);
    }
  };

  static Case random_case(Random& random) {
    constexpr std::size_t sizes[] = {0, 1, 2, 7, 64, 65, 300};
    Case made;
    made.items.resize(sizes[below(random, std::size(sizes))]);
    for (Value& item : made.items) item = below(random, 1000);
    made.rule = {static_cast<std::int64_t>(below(random, 9)) + 1, 0, below(random, 2) == 0};
    if (below(random, 2) == 0) made.rule.refused = static_cast<std::int64_t>(below(random, 200)) + 2;
    made.form = static_cast<Form>(below(random, 4));
    made.options.batch_size = 1 + static_cast<int>(below(random, 80));
    if (below(random, 3) == 0) made.options.max_workers = 1 + static_cast<int>(below(random, 4));
    if (below(random, 4) == 0) made.options.parallel = below(random, 2) == 0;
    return made;
  }

  /// Without `continue_on_errors`: all before the first failure, then that.
  static void check_until_failure(const Case& given, const Op<>& op, const test::CallLog& log) {
    const test::Expected expected = test::plain_outcome(given.rule, given.items);
    std::vector<Value> outputs;
    try {
      for (const Value& output : xcs::vmap_stream(op, ValueStream(given.items), given.options)) {
        outputs.push_back(output);
      }
      EXPECT_FALSE(expected.failed) << given.name();
      EXPECT_EQ(log.count(), given.items.size()) << given.name();
      EXPECT_EQ(Value::list(outputs), xcs::vmap(op)(Value::list(given.items))) << given.name();
    } catch (const xcs::ItemError& error) {
      ASSERT_TRUE(expected.failed) << given.name() << ": " << error.what();
      const std::size_t together = given.form == Form::batched
                                       ? *expected.failed % static_cast<std::size_t>(given.options.batch_size)
                                       : 0;
      EXPECT_EQ(error.index(), *expected.failed - together) << given.name();
      EXPECT_EQ(message_of(root_cause(error.cause())), expected.message) << given.name();
      outputs.resize(outputs.size() + together);  // Those that were asked for together with it.
    }
    ASSERT_EQ(outputs.size(), expected.outputs.size()) << given.name();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].is_null()) continue;
      EXPECT_EQ(outputs[i], expected.outputs[i]) << given.name() << " at " << i;
    }
  }

  /// With it: every position has its output or null and its failure.
  static void check_all(Case given, const Op<>& op) {
    given.options.continue_on_errors = true;
    std::vector<std::size_t> failed;
    given.options.on_failure = [&](const xcs::BatchFailure& failure) {
      failed.push_back(failure.items.first);
    };
    std::size_t position = 0;
    std::vector<std::size_t> expected_failures;
    for (const Value& output : xcs::vmap_stream(op, ValueStream(given.items), given.options)) {
      const test::Expected expected = test::plain_outcome(given.rule, {given.items[position]});
      if (expected.failed) expected_failures.push_back(position);
      if (given.form != Form::batched || !output.is_null()) {
        EXPECT_EQ(output, expected.failed ? Value() : expected.outputs[0])
            << given.name() << " at " << position;
      }
      ++position;
    }
    EXPECT_EQ(position, given.items.size()) << given.name();
    if (given.form != Form::batched) {
      EXPECT_EQ(failed, expected_failures) << given.name();
    }
  }

  static void run_case(Random& random) {
    const Case given = random_case(random);
    const auto log = test::make_log();
    const Op<> op = test::made(given.form, given.rule, log);
    std::optional<xcs::ExecutionScope> scope;
    const std::size_t options = below(random, 4);
    if (options == 1)
      scope.emplace(xcs::ExecutionOptions{.max_workers = 1 + static_cast<int>(below(random, 3))});
    if (options == 2) scope.emplace(xcs::ExecutionOptions{.use_parallel = false});
    check_until_failure(given, op, *log);
    check_all(given, op);
    // Given up somewhere on the way.
    ValueStream left = xcs::vmap_stream(op, ValueStream(given.items), given.options);
    try {
      for (std::size_t i = below(random, 20); i > 0; --i) (void)left.next();
    } catch (const xcs::ItemError&) {
    }
  }
};

TEST_P(StreamLaw, GivesWhatTheItemsGiveOneByOne) {
  test::run_cases(GetParam(), 12, [](test::Random& random) { run_case(random); });
}

INSTANTIATE_TEST_SUITE_P(Seeds, StreamLaw, ::testing::Range<std::uint64_t>(1, 31));

}  // namespace
}  // namespace ember
