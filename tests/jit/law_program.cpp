#include "law_program.hpp"

#include <stdexcept>
#include <utility>

#include "law_leaf.hpp"

namespace ember::test {
namespace {

struct Statement;
using Block = std::vector<Statement>;

/// How the argument of a call is put together from earlier results.
struct Expression {
  enum class Form { whole, part, object, list, merge, missing, item } form = Form::whole;
  std::size_t left = 0;
  std::size_t right = 0;
};

struct Statement {
  enum class Kind {
    call,           // r = child(expression)
    plain_call,     // r = child(data)
    branch,         // if (r.v is odd) ... else ...
    input_loop,     // for each of input.docs: child(item)
    output_loop,    // for each of r.items: child(item)
    guarded_get,    // try { r = child(x).get() } catch { r = backup(x) }
    guarded_call,   // try { r = child(x) } catch { r = backup(x) }
    late_get,       // r = child(x); try { r.get() } catch { r = backup(x) }
    guarded_block,  // try { ... } catch { r = backup(x) }
    choice,         // r = children[r.v](x)
    look_up,        // r["nope"], not used
    has_field,      // if (input has k) ...
    few_items,      // if (r.items has an odd number of items) ...
    count,          // r = child({r.v, data made of r.items})
    fail,           // if (r.v % 16 == 3) throw
    repeat,         // r = child(input), as others may do
    constant,       // r = child(plain data in a Var)
    unused          // child(expression)
  } kind = Kind::call;
  std::size_t child = 0;
  std::size_t other = 0;
  Expression expression;
  std::vector<Statement> then;
  std::vector<Statement> otherwise;
};

Var<Value> evaluated(const Expression& expression, const std::vector<Var<Value>>& values) {
  const Var<Value>& left = values[expression.left % values.size()];
  const Var<Value>& right = values[expression.right % values.size()];
  switch (expression.form) {
    case Expression::Form::whole:
      return left;
    case Expression::Form::part:
      return left["v"];
    case Expression::Form::object:
      return object({{"a", left}, {"b", right["v"]}, {"c", 5}});
    case Expression::Form::list:
      return list_of({left, right, Var<Value>(Value(1))});
    case Expression::Form::merge:
      return merge(object({{"left", left}}), {{"right", right}});
    case Expression::Form::missing:
      return left["nope"];
    case Expression::Form::item:
      return left["items"];
  }
  return left;
}

/// Runs statements over Vars, as somebody would have written them.
class RandomComposite final : public Composite<> {
 public:
  RandomComposite(std::string name, std::vector<Op<>> parts, Block body, std::vector<std::size_t> answer,
                  std::shared_ptr<LawCounts> counts)
      : name_(std::move(name)),
        body_(std::move(body)),
        answer_(std::move(answer)),
        counts_(std::move(counts)) {
    for (const Op<>& part : parts) parts_.push_back(child(part.name(), part));
  }
  [[nodiscard]] std::string name() const override { return name_; }
  Var<Value> forward(Var<Value> input) const override {
    if (name_ == "outer") ++counts_->forwards;
    std::vector<Var<Value>> values = {input};
    run(body_, input, values);
    std::vector<Var<Value>> answers;
    for (const std::size_t index : answer_) answers.push_back(values[index % values.size()]);
    if (answers.size() == 1) return answers.front();
    return object({{"v", answers.front()["v"]}, {"items", list_of(answers)}});
  }

 private:
  [[nodiscard]] const Op<>& part(std::size_t number) const { return parts_[number % parts_.size()]; }
  [[nodiscard]] const Op<>& chosen(std::int64_t number) const {
    return part(static_cast<std::size_t>(number) % 7);
  }

  /// Nested composites get what they look for in their input; leaves take anything.
  static Var<Value> argument_for(const Op<>& child, const Expression& expression,
                                 const std::vector<Var<Value>>& values) {
    const bool is_leaf = child.name().starts_with("leaf");
    if (is_leaf || expression.form == Expression::Form::missing) return evaluated(expression, values);
    const Var<Value>& left = values[expression.left % values.size()];
    if (expression.form == Expression::Form::whole && expression.left % values.size() == 0) return left;
    return object({{"v", left["v"]}, {"items", left["items"]}, {"docs", left["items"]}});
  }

  void run(const Block& block, const Var<Value>& input, std::vector<Var<Value>>& values) const {
    for (const Statement& statement : block) run(statement, input, values);
  }

  void run(const Statement& statement, const Var<Value>& input, std::vector<Var<Value>>& values) const {
    const Op<>& child = part(statement.child);
    const Op<>& backup = part(statement.other);
    const auto argument = [&] { return argument_for(child, statement.expression, values); };
    const auto latest = [&] { return values.back()["v"].get().integer(); };
    switch (statement.kind) {
      case Statement::Kind::call:
        values.push_back(child(argument()));
        break;
      case Statement::Kind::plain_call:
        values.emplace_back(Value(child(argument().get())));
        break;
      case Statement::Kind::branch:
        run(latest() % 2 != 0 ? statement.then : statement.otherwise, input, values);
        break;
      case Statement::Kind::input_loop:
        loop(input.has("docs") ? input["docs"] : input["items"], child, values);
        break;
      case Statement::Kind::output_loop:
        loop(values.back()["items"], child, values);
        break;
      case Statement::Kind::guarded_get:
        try {
          values.emplace_back(Value(child(argument()).get()));
        } catch (const std::exception&) {
          ++counts_->failures;
          values.push_back(backup(argument_for(backup, {}, values)));
        }
        break;
      case Statement::Kind::guarded_call:
        try {
          values.push_back(child(argument()));
        } catch (...) {
          ++counts_->failures;
          values.push_back(backup(argument_for(backup, {}, values)));
        }
        break;
      case Statement::Kind::late_get: {
        const Var<Value> result = child(argument());
        try {
          values.emplace_back(Value(result.get()));
        } catch (const std::exception&) {
          ++counts_->failures;
          values.push_back(backup(argument_for(backup, {}, values)));
        }
        break;
      }
      case Statement::Kind::guarded_block: {
        const std::size_t size = values.size();
        try {
          run(statement.then, input, values);
        } catch (const std::exception&) {
          ++counts_->failures;
          values.erase(values.begin() + static_cast<std::ptrdiff_t>(size), values.end());
          values.push_back(backup(argument_for(backup, {}, values)));
        }
        break;
      }
      case Statement::Kind::choice:
        values.push_back(chosen(latest())(argument_for(chosen(latest()), statement.expression, values)));
        break;
      case Statement::Kind::look_up:
        (void)evaluated({Expression::Form::missing, statement.child, 0}, values);
        break;
      case Statement::Kind::has_field:
        run(input.has("k") ? statement.then : statement.otherwise, input, values);
        break;
      case Statement::Kind::few_items:
        run(values.back()["items"].size() % 2 != 0 ? statement.then : statement.otherwise, input, values);
        break;
      case Statement::Kind::count: {
        // Often the same for other inputs, unlike what stands beside it.
        const auto items = static_cast<std::int64_t>(values.back()["items"].get().size());
        const Var<Value> number{Value(items)};
        values.push_back(child(object({{"v", values.back()["v"]}, {"items", list_of({number, number})}})));
        break;
      }
      case Statement::Kind::fail:
        if (latest() % 16 == 3) throw std::runtime_error("forward of " + name_ + " fails");
        break;
      case Statement::Kind::repeat:
        values.push_back(child(values.front()));
        break;
      case Statement::Kind::constant:
        values.push_back(child(constant(statement.expression.left % 2)));
        break;
      case Statement::Kind::unused:
        (void)child(argument());
        break;
    }
  }

  static Var<Value> constant(std::size_t number) {
    return Value({{"v", static_cast<std::int64_t>(number)}, {"items", list({3})}, {"docs", list({})}});
  }

  static void loop(const Var<Value>& items, const Op<>& child, std::vector<Var<Value>>& values) {
    std::vector<Var<Value>> answers;
    const bool is_leaf = child.name().starts_with("leaf");
    for (std::size_t i = 0; i < items.size(); ++i) {
      answers.push_back(is_leaf ? child(items[i]) : child(object({{"v", items[i]}, {"items", items}})));
    }
    // Something that always has a "v", as everything has that later statements look at.
    values.push_back(object({{"v", static_cast<std::int64_t>(answers.size())}, {"items", list_of(answers)}}));
  }

  std::string name_;
  std::vector<Op<>> parts_;
  Block body_;
  std::vector<std::size_t> answer_;
  std::shared_ptr<LawCounts> counts_;
};

class Generator {
 public:
  Generator(std::uint64_t seed, LawPace pace, bool is_jitted, LawFlavor flavor)
      : random_(seed),
        pace_(pace),
        is_jitted_(is_jitted),
        flavor_(flavor),
        leaves_(2 + random_() % 6),
        counts_(std::make_shared<LawCounts>(leaves_)) {
    reads_data_ = chance(60);
    may_fail_ = chance(40);
    // Only what looks at no data becomes a plan.
    if (flavor_ == LawFlavor::pure) reads_data_ = chance(15);
  }

  LawProgram program() {
    std::vector<Op<>> parts;
    for (std::size_t number = 0; number < leaves_; ++number) parts.push_back(leaf(number));
    const std::size_t nested = random_() % 3;
    for (std::size_t number = 0; number < nested; ++number) {
      const Op<> made = composite("inner" + std::to_string(number), parts, 3);
      const bool is_jit = chance(35);
      const std::string mode = pick_mode();
      parts.push_back(is_jit && is_jitted_ ? xcs::jit(made, {.mode = mode}) : made);
    }
    const Op<> outer = composite("outer", parts, 6);
    return {outer, counts_, has_missing_parts_, is_pure_};
  }

 private:
  bool chance(std::uint64_t percent) { return random_() % 100 < percent; }
  std::string pick_mode() {
    static const char* const modes[] = {"auto", "structural", "enhanced", "trace"};
    return modes[random_() % 4];
  }

  Op<> leaf(std::size_t number) {
    LawLeafSettings settings;
    settings.number = number;
    settings.counts = counts_;
    const bool fails = chance(35);
    const std::uint64_t every = 1 + random_() % 4;
    settings.kind_of_failure = static_cast<int>(random_() % 3);
    if (fails && may_fail_) settings.fails_every = every;
    if (flavor_ == LawFlavor::pure) {
      settings.is_pure = chance(60);
      settings.never_fails = settings.fails_every == 0 && chance(60);
    }
    is_pure_.push_back(settings.is_pure);
    const std::uint64_t dice = random_() % 3;
    if (dice == 0) return LawAsyncLeaf(settings, pace_);
    return LawLeaf(settings, pace_ == LawPace::timed && dice == 1);
  }

  Op<> composite(std::string name, const std::vector<Op<>>& parts, std::size_t most) {
    std::vector<Op<>> own;
    const std::size_t count = 1 + random_() % 4;
    for (std::size_t i = 0; i < count; ++i) own.push_back(parts[random_() % parts.size()]);
    if (parts.size() > leaves_ && chance(70)) own.push_back(parts.back());
    // The first call gives the later statements something to look at.
    Block body = {call()};
    for (Statement& statement : block(most, 2)) body.push_back(std::move(statement));
    std::vector<std::size_t> answer;
    for (std::size_t i = 0; i < 1 + random_() % 3; ++i) answer.push_back(random_());
    return RandomComposite(std::move(name), std::move(own), std::move(body), std::move(answer), counts_);
  }

  Statement call() {
    Statement statement;
    statement.child = random_() % 8;
    statement.other = random_() % 8;
    return statement;
  }

  Block block(std::size_t most, int depth) {
    Block made;
    const std::size_t count = 1 + random_() % most;
    for (std::size_t i = 0; i < count; ++i) made.push_back(statement(depth));
    return made;
  }

  Expression expression() {
    using Form = Expression::Form;
    static constexpr Form forms[] = {Form::whole, Form::whole, Form::part, Form::object,
                                     Form::list,  Form::merge, Form::item};
    Expression made{forms[random_() % 7], random_() % 8, random_() % 8};
    if (may_fail_ && chance(2)) {
      made.form = Form::missing;
      has_missing_parts_ = true;
    }
    return made;
  }

  Statement statement(int depth) {
    using Kind = Statement::Kind;
    static constexpr Kind pure[] = {Kind::call,       Kind::call,      Kind::call,        Kind::call,
                                    Kind::input_loop, Kind::has_field, Kind::guarded_call};
    static constexpr Kind reading[] = {
        Kind::plain_call, Kind::branch,        Kind::output_loop, Kind::guarded_get, Kind::late_get,
        Kind::choice,     Kind::guarded_block, Kind::fail,        Kind::look_up,     Kind::few_items,
        Kind::few_items,  Kind::count,         Kind::count};
    Statement made = call();
    static constexpr Kind wasteful[] = {Kind::repeat, Kind::constant, Kind::unused};
    made.kind = reads_data_ && chance(40) ? reading[random_() % 13] : pure[random_() % 7];
    if (flavor_ == LawFlavor::pure && chance(40)) made.kind = wasteful[random_() % 3];
    if (!may_fail_ && (made.kind == Kind::fail || made.kind == Kind::look_up)) made.kind = Kind::call;
    if (made.kind == Kind::look_up) has_missing_parts_ = true;
    made.expression = expression();
    const bool has_blocks = made.kind == Kind::branch || made.kind == Kind::has_field ||
                            made.kind == Kind::guarded_block || made.kind == Kind::few_items;
    if (has_blocks && depth == 0) made.kind = Kind::call;
    if (has_blocks && depth > 0) {
      made.then = block(3, depth - 1);
      made.otherwise = block(2, depth - 1);
    }
    return made;
  }

  std::mt19937_64 random_;
  const LawPace pace_;
  const bool is_jitted_;
  const LawFlavor flavor_;
  const std::size_t leaves_;
  const std::shared_ptr<LawCounts> counts_;
  bool reads_data_ = false;
  bool may_fail_ = false;
  bool has_missing_parts_ = false;
  std::vector<bool> is_pure_;
};

}  // namespace

void LawCounts::reset() {
  for (auto& count : calls) count = 0;
  failures = 0;
  forwards = 0;
}

std::vector<int> LawCounts::snapshot() const {
  return {calls.begin(), calls.end()};
}

LawProgram make_law_program(std::uint64_t seed, LawPace pace, bool is_jitted, LawFlavor flavor) {
  return Generator(seed, pace, is_jitted, flavor).program();
}

Value make_law_input(std::uint64_t seed) {
  std::mt19937_64 random(seed * 0x9E3779B97F4A7C15U + 1);
  std::vector<Value> docs;
  for (std::uint64_t i = 0; i < random() % 4; ++i) {
    docs.emplace_back(Value({{"v", static_cast<std::int64_t>(random() % 100)}, {"items", list({1})}}));
  }
  Value input = {{"v", static_cast<std::int64_t>(random() % 1000)},
                 {"docs", Value::list(std::move(docs))},
                 {"items", list({1, 2})}};
  if (random() % 2 == 0) input = input.with("k", 1);
  return input;
}

}  // namespace ember::test
