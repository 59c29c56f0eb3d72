#include "op/read_place.hpp"

#include <string_view>
#include <utility>

namespace ember {
namespace {

thread_local const std::source_location* current_place = nullptr;

}  // namespace

std::string read_place() {
  if (current_place == nullptr) return {};
  const std::string_view file = current_place->file_name();
  const std::size_t slash = file.find_last_of("/\\");
  const std::string_view name = slash == std::string_view::npos ? file : file.substr(slash + 1);
  return std::string(name) + ':' + std::to_string(current_place->line());
}

ReadPlaceScope::ReadPlaceScope(const std::source_location& place) noexcept
    : outer_(std::exchange(current_place, &place)) {}

ReadPlaceScope::~ReadPlaceScope() {
  current_place = outer_;
}

}  // namespace ember
