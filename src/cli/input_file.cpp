#include "cli/input_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/command.hpp"

namespace ember::cli {

InputFile::InputFile(const std::string& file)
    : name_(file == "-" ? "standard input" : "'" + file + "'"),
      descriptor_(file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0 || ::fstat(descriptor_, &status_) != 0) {
    throw UsageError("can not read " + name_ + ": " + std::strerror(errno));
  }
  if (S_ISDIR(status_.st_mode)) throw UsageError("can not read " + name_ + ": it is a directory");
}

InputFile::~InputFile() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::optional<std::size_t> InputFile::size() const noexcept {
  if (!S_ISREG(status_.st_mode) || status_.st_size <= 0) return std::nullopt;
  return static_cast<std::size_t>(status_.st_size);
}

bool InputFile::is_same_as(const std::string& file) const noexcept {
  struct stat other {};
  return S_ISREG(status_.st_mode) && file != "-" && ::stat(file.c_str(), &other) == 0 &&
         other.st_dev == status_.st_dev && other.st_ino == status_.st_ino;
}

}  // namespace ember::cli
