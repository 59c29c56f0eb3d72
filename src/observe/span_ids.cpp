#include "observe/span_ids.hpp"

#include <random>

namespace ember::xcs {
namespace {

/// A permutation of the 64-bit numbers that leaves only zero in its place (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t bits) noexcept {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

/// Not zero, and far from where adding the number of a call overflows to zero.
std::uint64_t start_of(std::uint64_t bits) noexcept {
  return (bits >> 1U) | 1U;
}

void append_hex(std::string& text, std::uint64_t bits) {
  constexpr char digits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[(bits >> static_cast<unsigned>(shift)) & 15U];
}

}  // namespace

SpanIds::SpanIds(std::optional<std::uint64_t> seed)
    : trace_part_(start_of(seed ? mixed(*seed + 1) : random_bits())),
      trace_start_(start_of(seed ? mixed(*seed + 2) : random_bits())),
      span_start_(start_of(seed ? mixed(*seed + 3) : random_bits())) {}

std::string SpanIds::trace_id(std::uint64_t root) const {
  std::string text;
  append_hex(text, trace_part_);
  append_hex(text, mixed(trace_start_ + root));
  return text;
}

std::string SpanIds::span_id(std::uint64_t call) const {
  std::string text;
  append_hex(text, mixed(span_start_ + call));
  return text;
}

}  // namespace ember::xcs
