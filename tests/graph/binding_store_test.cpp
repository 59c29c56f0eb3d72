// Bindings that are stored are those that were given.
#include "graph/binding_store.hpp"

#include <gtest/gtest.h>

#include <ember/error.hpp>

#include "graph/binding_equality.hpp"
#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

Binding of_parts(Binding::Form form, std::vector<std::pair<std::string, Binding>> parts, Path path = {}) {
  Binding binding;
  binding.form = form;
  binding.path = std::move(path);
  binding.parts = std::move(parts);
  return binding;
}

/// One with every form inside.
Binding example() {
  const Binding object =
      of_parts(Binding::Form::object,
               {{"text", Binding::of_node(1, {std::string("text")})}, {"k", Binding::of_literal(5)}});
  const Binding merged =
      of_parts(Binding::Form::merge, {{"", object}, {"", Binding::of_input({std::string("more")})}});
  const Binding part = of_parts(Binding::Form::projection, {{"", merged}}, {std::string("extra"), 1U});
  return of_parts(Binding::Form::list, {{"", part}, {"", Binding::of_node(0)}, {"", object}});
}

TEST(BindingStore, GivesBackWhatItGot) {
  BindingStore store;
  BindingWriter writer(store);
  const BindingStore::Place first = writer.add(Binding::of_literal("x"));
  const BindingStore::Place second = writer.add(example());
  writer.finish();
  EXPECT_TRUE(is_identical(store.binding(second), example()));
  EXPECT_TRUE(is_identical(store.binding(first), Binding::of_literal("x")));
}

TEST(BindingStore, Evaluates) {
  const std::vector<Value> outputs = {7, {{"text", "a"}}};
  const Value inputs = {{"more", {{"extra", list({1, 2})}}}};
  EXPECT_EQ(evaluate(example(), inputs, outputs.data()), list({2, 7, {{"text", "a"}, {"k", 5}}}));
  EXPECT_THROW(evaluate(example(), {{"more", Value::mapping({})}}, outputs.data()), ItemNotFoundError);
}

TEST(BindingStore, RenumbersNodes) {
  BindingStore store;
  const std::vector<std::uint32_t> numbers = {9, 4};
  const BindingStore::Place place =
      BindingWriter(store).add(of_parts(Binding::Form::list, {{"", Binding::of_node(1)}}), numbers.data());
  EXPECT_EQ(store.binding(place).parts[0].second.node, 4U);
}

TEST(BindingEquality, TellsKindsAndOrderApart) {
  EXPECT_TRUE(is_exactly(list({1, "a", 2.5}), list({1, "a", 2.5})));
  EXPECT_FALSE(is_exactly(Value(1), Value(1.0)));
  EXPECT_FALSE(is_exactly(Value(0.0), Value(-0.0)));
  EXPECT_FALSE(is_exactly(Value({{"a", 1}, {"b", 2}}), Value({{"b", 2}, {"a", 1}})));
  EXPECT_FALSE(
      is_identical(Binding::of_node(0, {std::string("a")}), Binding::of_node(0, {std::string("b")})));
  EXPECT_FALSE(is_identical(Binding::of_node(0), Binding::of_node(1)));
  EXPECT_FALSE(is_identical(Binding::of_node(0), Binding::of_input()));
  EXPECT_EQ(hash_of(example()), hash_of(example()));
}

}  // namespace
}  // namespace ember::xcs
