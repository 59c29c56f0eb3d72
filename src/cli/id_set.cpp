#include "cli/id_set.hpp"

#include <ember/fingerprint.hpp>

namespace ember::cli {

bool IdSet::add(const Value& id) {
  const auto print = fingerprint(id);
  if (!print) return true;
  Key key(print->high, print->low);
  if (key == Key()) key.second = 1;
  if (2 * (size_ + 1) > slots_.size()) grow();
  Key& slot = slots_[slot_of(key)];
  if (slot == key) return false;
  slot = key;
  ++size_;
  return true;
}

std::size_t IdSet::slot_of(const Key& key) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(key.second) & mask;
  while (slots_[slot] != Key() && slots_[slot] != key) slot = (slot + 1) & mask;
  return slot;
}

void IdSet::grow() {
  std::vector<Key> before(slots_.empty() ? 64 : 2 * slots_.size());
  before.swap(slots_);
  for (const Key& key : before) {
    if (key != Key()) slots_[slot_of(key)] = key;
  }
}

}  // namespace ember::cli
