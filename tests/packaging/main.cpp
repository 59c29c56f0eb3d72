// What a user of an installed ember writes first. The one argument is the version that the headers must have.
#include <ember/error.hpp>
#include <ember/version.hpp>

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]) != ember::version) {
    std::cerr << "the headers are of version " << ember::version << '\n';
    return 1;
  }
  try {
    throw ember::ItemNotFoundError("no such model");
  } catch (const ember::Error& error) {
    std::cout << error.describe() << '\n';
  }
  return 0;
}
