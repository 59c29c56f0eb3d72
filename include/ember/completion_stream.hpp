// CompletionStream: the pieces of an answer while the model is still writing it.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>

#include <ember/completion.hpp>
#include <ember/context.hpp>
#include <ember/provider.hpp>

namespace ember {

/// An answer that arrives in pieces. Read it on one thread. Destroying it early cancels the call.
class CompletionStream {
 public:
  /// Begins a call: `start` is given the context to run in and where to put pieces and outcome.
  using Start = std::function<void(const Context&, PieceHandler, CompletionHandler)>;
  CompletionStream(const Context& context, const Start& start);
  ~CompletionStream();
  CompletionStream(CompletionStream&&) noexcept;
  CompletionStream& operator=(CompletionStream&&) noexcept;

  /// Reads piece by piece; incrementing waits for the next piece and throws when the call failed.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = CompletionPiece;
    using difference_type = std::ptrdiff_t;
    using pointer = const CompletionPiece*;
    using reference = const CompletionPiece&;

    Iterator() = default;
    explicit Iterator(CompletionStream* stream) : stream_(stream) { ++*this; }
    reference operator*() const noexcept { return piece_; }
    pointer operator->() const noexcept { return &piece_; }
    Iterator& operator++() {
      if (!stream_->next(piece_)) stream_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& left, const Iterator& right) noexcept {
      return left.stream_ == right.stream_;
    }

   private:
    CompletionStream* stream_ = nullptr;
    CompletionPiece piece_;
  };

  Iterator begin() { return Iterator(this); }
  static Iterator end() noexcept { return {}; }

  /// Waits for the next piece. Returns false at the end of the answer; throws when the call failed.
  bool next(CompletionPiece& piece);
  /// Waits for the end and gives the whole answer, pieces already read included. Throws when the call failed.
  const Completion& completion();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ember
