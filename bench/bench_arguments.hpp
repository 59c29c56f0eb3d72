// BenchArguments: what the command line of a bench says: `[--rounds N] [--only WORD]`.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>

namespace ember::bench {

struct BenchArguments {
  std::size_t rounds = 15;
  /// Cases whose name has no such word in it are left out.
  std::string only = {};

  BenchArguments(int count, char** arguments) {
    for (int i = 1; i + 1 < count; i += 2) {
      const std::string name = arguments[i];
      if (name == "--rounds") rounds = std::strtoul(arguments[i + 1], nullptr, 10);
      if (name == "--only") only = arguments[i + 1];
    }
  }
  [[nodiscard]] bool wants(const std::string& name) const { return name.find(only) != std::string::npos; }
};

}  // namespace ember::bench
