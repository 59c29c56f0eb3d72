// Ref: shared ownership of an object that counts its own references.
#pragma once

#include <utility>

namespace ember {

/// A counted pointer to a T with `retain()` and `release()`. May be null.
template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(T* target) noexcept : target_(target) {
    if (target_) target_->retain();
  }
  Ref(const Ref& other) noexcept : Ref(other.target_) {}
  Ref(Ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Ref() {
    if (target_) target_->release();
  }

  T* operator->() const noexcept { return target_; }
  T& operator*() const noexcept { return *target_; }
  [[nodiscard]] T* get() const noexcept { return target_; }
  explicit operator bool() const noexcept { return target_ != nullptr; }

 private:
  T* target_ = nullptr;
};

}  // namespace ember
