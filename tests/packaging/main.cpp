// What a user of an installed ember writes first. The one argument is the version that the headers must have.
#include <ember/ember.hpp>

#include <iostream>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]) != ember::version) {
    std::cerr << "the headers are of version " << ember::version << '\n';
    return 1;
  }
  const auto greet = ember::op("greet", [](const std::string& name) { return "hello, " + name; });
  std::cout << greet("ember") << '\n';
  try {
    ember::parse_json("{\"cut\": ");
  } catch (const ember::Error& error) {
    std::cout << error.describe() << '\n';
    return 0;
  }
  std::cerr << "cut JSON was accepted\n";
  return 1;
}
