#include "cli/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <ember/error.hpp>

namespace ember::cli {

OutputFile::OutputFile(const std::string& file)
    : name_(file == "-" ? "standard output" : "'" + file + "'"),
      descriptor_(file == "-" ? STDOUT_FILENO
                              : ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw DataError("can not write to " + name_ + ": " + std::strerror(errno));
}

OutputFile::~OutputFile() {
  if (descriptor_ > STDOUT_FILENO) ::close(descriptor_);
}

void OutputFile::add(std::string_view line) {
  constexpr std::size_t most_pending = std::size_t{64} << 10U;
  pending_ += line;
  pending_ += '\n';
  if (pending_.size() > most_pending) flush();
}

void OutputFile::flush() {
  std::size_t done = 0;
  while (done < pending_.size()) {
    const ssize_t count = ::write(descriptor_, pending_.data() + done, pending_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno);
    const auto* start = pending_.data() + done;
    lines_written_ += static_cast<std::size_t>(std::count(start, start + count, '\n'));
    done += static_cast<std::size_t>(count);
  }
  pending_.clear();
  if (pending_.capacity() > (std::size_t{1} << 20U)) pending_.shrink_to_fit();
}

void OutputFile::close() {
  flush();
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor >= 0 && ::close(descriptor) != 0 && errno != EINTR) fail(errno);
}

void OutputFile::fail(int error) const {
  throw DataError("can not write to " + name_ + ": " + std::strerror(error) + " (" +
                  std::to_string(lines_written_) +
                  (lines_written_ == 1 ? " row was written)" : " rows were written)"));
}

}  // namespace ember::cli
