// BindingStore: many bindings in little memory, as plans keep them: sixteen bytes a term, equal paths and
// field names once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <ember/binding.hpp>

namespace ember::xcs {

/// Filled by a BindingWriter, then immutable.
class BindingStore {
 public:
  /// Where a binding stands in the store.
  using Place = std::uint32_t;

  /// The binding at `place`, for printing.
  [[nodiscard]] Binding binding(Place place) const;
  [[nodiscard]] Binding::Form form(Place place) const noexcept { return terms_[place].form; }
  /// The value of a binding whose node numbers index `outputs`. Throws what the look-ups throw.
  [[nodiscard]] Value evaluate(Place place, const Value& run_inputs, const Value* outputs) const;
  /// The same, but a look-up that fails calls `failed(binding)` inside the catch block, which throws.
  template <class Failed>
  [[nodiscard]] Value evaluate(Place place, const Value& run_inputs, const Value* outputs,
                               const Failed& failed) const;

 private:
  friend class BindingWriter;

  struct Term {
    Binding::Form form = Binding::Form::literal;
    /// `literal`: which; `node`: its number; of what has parts, the first.
    std::uint32_t first = 0;
    /// Number of parts.
    std::uint32_t count = 0;
    /// Which path; of an object, which field names.
    std::uint32_t detail = 0;
  };

  template <class Failed>
  [[nodiscard]] Value look_up(Value whole, Place place, const Failed& failed) const;

  std::vector<Term> terms_;
  std::vector<Value> literals_;
  /// The first one is empty.
  std::vector<Path> paths_ = {{}};
  std::vector<std::vector<std::string>> names_;
};

/// The value of a binding that is needed once. As `BindingStore::evaluate`.
Value evaluate(const Binding& binding, const Value& run_inputs, const Value* outputs);

/// Adds bindings to a store.
class BindingWriter {
 public:
  /// Lifetime of `store`: that of the writer.
  explicit BindingWriter(BindingStore& store) : store_(store) {}

  /// `numbers` gives the new number of each node; null leaves them as they are.
  BindingStore::Place add(const Binding& binding, const std::uint32_t* numbers = nullptr);
  /// Gives memory back that further bindings would have needed.
  void finish();

 private:
  struct PathHash {
    std::size_t operator()(const Path& path) const noexcept;
  };
  struct NamesHash {
    std::size_t operator()(const std::vector<std::string>& names) const noexcept;
  };

  void write(BindingStore::Place place, const Binding& binding, const std::uint32_t* numbers);
  std::uint32_t path(const Path& path);
  std::uint32_t names(const Binding& object);

  BindingStore& store_;
  std::unordered_map<Path, std::uint32_t, PathHash> paths_;
  std::unordered_map<std::vector<std::string>, std::uint32_t, NamesHash> names_;
};

}  // namespace ember::xcs
