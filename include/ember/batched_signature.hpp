// The signature that an operator has once it works on batches.
#pragma once

#include <concepts>
#include <type_traits>
#include <vector>

#include <ember/op.hpp>

namespace ember::xcs {

/// The output for a list of items: a Value stays one, as it says itself what it is.
template <class R, class... A>
using BatchedOutput =
    std::conditional_t<(std::same_as<R, Value> && (std::same_as<A, Value> && ...)), Value, std::vector<R>>;

/// What calls on items one by one become: `Label(Review)` becomes `vector<Label>(vector<Review>)`. Operators
/// on plain Values keep their signature. With several arguments, each of which may be a list or a constant,
/// they are plain Values.
template <class Signature>
struct ItemBatch;
template <class R, class A>
struct ItemBatch<R(A)> {
  using type = BatchedOutput<R, A>(std::conditional_t<std::same_as<A, Value>, Value, std::vector<A>>);
};
template <class R>
struct ItemBatch<R()> {
  using type = R();
};
template <class R, class A, class B, class... More>
struct ItemBatch<R(A, B, More...)> {
  template <class>
  using Any = Value;
  using type = BatchedOutput<R, A, B, More...>(Value, Value, Any<More>...);
};

/// What calls on shards become: `vector<Label>(vector<Review>)` stays, `Summary(vector<Review>)` becomes
/// `vector<Summary>(vector<Review>)`. All others are as for items.
template <class Signature>
struct ShardBatch : ItemBatch<Signature> {};
template <class R, class A>
struct ShardBatch<R(std::vector<A>)> {
  using type = std::conditional_t<is_vector<R> || std::same_as<R, Value>, R, std::vector<R>>(std::vector<A>);
};

/// True when outputs of a batch are a list, whatever the operator gives: the type says so.
template <class Signature>
inline constexpr bool gives_list = false;
template <class R, class... A>
inline constexpr bool gives_list<R(A...)> = is_vector<R>;

}  // namespace ember::xcs
