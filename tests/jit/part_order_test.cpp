// `structural_dependencies`: an order of parts that data does not say, kept by every strategy of jit.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <ember/error.hpp>
#include <ember/jit.hpp>
#include <ember/runtime.hpp>

namespace ember {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Order = std::map<std::string, std::vector<std::string>>;

/// What happened, in the order in which it happened.
struct Diary {
  std::mutex mutex;
  std::vector<std::string> entries;
  void add(std::string entry) {
    const std::lock_guard lock(mutex);
    entries.push_back(std::move(entry));
  }
};

class NotedLeaf final : public Operator<> {
 public:
  NotedLeaf(std::string name, double seconds, std::shared_ptr<Diary> diary, bool fails = false)
      : name_(std::move(name)), seconds_(seconds), diary_(std::move(diary)), fails_(fails) {}
  [[nodiscard]] std::string name() const override { return name_; }
  Value forward(const Value& in) const override {
    diary_->add("+" + name_);
    (void)Context::current().sleep_for(from_seconds(seconds_));
    diary_->add("-" + name_);
    if (fails_) throw std::runtime_error(name_ + " fails");
    return in;
  }

 private:
  std::string name_;
  double seconds_;
  std::shared_ptr<Diary> diary_;
  bool fails_;
};

/// write (2 s) and read (1 s) share nothing but the world; other (3 s) is on its own.
class Store final : public Composite<> {
 public:
  Store(std::shared_ptr<Diary> diary, Order order, bool is_nested = false, bool write_fails = false)
      : order_(std::move(order)), write_fails_(write_fails) {
    const Op<> writer = NotedLeaf("write", 2, diary, write_fails);
    write_ = child("write", is_nested ? op("nested", [writer](Var<> in) { return writer(in); }) : writer);
    read_ = child("read", NotedLeaf("read", 1, diary));
    other_ = child("other", NotedLeaf("other", 3, diary));
  }
  [[nodiscard]] Order structural_dependencies() const override { return order_; }
  Var<> forward(Var<> in) const override {
    Var<> written = Value("nothing");
    if (write_fails_) {
      try {
        written = write_(in).get();
      } catch (const OperatorExecutionError&) {
        written = Value("nothing");
      }
    } else {
      written = write_(in);
    }
    return list_of({written, read_(in), other_(in)});
  }

 private:
  Order order_;
  bool write_fails_;
  Op<> write_;
  Op<> read_;
  Op<> other_;
};

/// Mode, and whether the writer is nested.
class PartOrderTest : public ::testing::TestWithParam<std::tuple<std::string, bool>> {
 protected:
  /// The entries of one call in simulated time.
  std::vector<std::string> entries_of(const Op<>& op) {
    diary->entries.clear();
    simulation.run([&] { EXPECT_EQ(op("x")[1], Value("x")); });
    return diary->entries;
  }
  [[nodiscard]] xcs::JITOptions options() const { return {.mode = std::get<0>(GetParam())}; }
  [[nodiscard]] bool is_nested() const { return std::get<1>(GetParam()); }

  std::shared_ptr<Diary> diary = std::make_shared<Diary>();
  Runtime simulation = Runtime::simulated();
};

TEST_P(PartOrderTest, WaitsForThePartThatIsNamed) {
  const auto ordered = xcs::jit(Store(diary, {{"read", {"write"}}}, is_nested()), options());
  for (int call = 0; call < 3; ++call) {
    const auto entries = entries_of(ordered);
    const auto place = [&](const std::string& entry) {
      return std::find(entries.begin(), entries.end(), entry) - entries.begin();
    };
    EXPECT_LT(place("-write"), place("+read")) << "call " << call;
    EXPECT_LT(place("+other"), place("-write")) << "others still overlap; call " << call;
    EXPECT_EQ(entries.size(), 6U);
  }
}

TEST_P(PartOrderTest, WithoutItBothOverlap) {
  const auto free = xcs::jit(Store(diary, {}, is_nested()), options());
  for (int call = 0; call < 3; ++call) {
    const auto entries = entries_of(free);
    EXPECT_EQ(entries[3], "-read") << "the shortest ends first, call " << call;
  }
}

TEST_P(PartOrderTest, AFailureThatWasHandledHoldsNobodyUp) {
  const auto ordered = xcs::jit(Store(diary, {{"read", {"write"}}}, false, true), options());
  for (int call = 0; call < 2; ++call) {
    EXPECT_THAT(entries_of(ordered), ElementsAre("+write", "-write", "+read", "+other", "-read", "-other"));
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, PartOrderTest,
                         ::testing::Combine(::testing::Values("structural", "enhanced", "trace", "auto"),
                                            ::testing::Bool()));

TEST(PartOrder, UnknownPartsAreRefusedWhenWrapping) {
  try {
    (void)xcs::jit(Store(std::make_shared<Diary>(), {{"red", {"write"}}}));
    ADD_FAILURE();
  } catch (const InvalidArgumentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no part 'red'; its parts are: write, read, other"));
  }
}

}  // namespace
}  // namespace ember
