#include "simulate/recordings.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::simulate {

namespace {

std::string text_field(const Value& recording, std::string_view key, const std::string& place) {
  const Value* field = recording.find(key);
  if (field == nullptr) {
    throw DataError(place + ": missing field '" + std::string(key) +
                    "'; expected an object with model, prompt and "
                    "completion");
  }
  if (!field->is_string()) {
    throw DataError(place + ": field '" + std::string(key) + "' must be a string, found " +
                    std::string(to_string(field->kind())));
  }
  return field->string();
}

}  // namespace

Recordings Recordings::read(std::istream& lines, const std::string& name) {
  Recordings recordings;
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    recordings.add(line, name + ":" + std::to_string(number));
  }
  if (lines.bad())
    throw DataError("can not read recordings '" + name + "' to the end: " + std::strerror(errno));
  return recordings;
}

Recordings Recordings::load(const std::string& path) {
  std::ifstream file(path);
  // A directory opens, and fails at the first read only.
  if (!file || (file.peek() == std::ifstream::traits_type::eof() && file.bad())) {
    throw DataError("can not read recordings '" + path + "': " + std::strerror(errno));
  }
  file.clear();
  return read(file, path);
}

void Recordings::add(std::string_view line, const std::string& place) {
  Value recording;
  try {
    recording = parse_json(line);
  } catch (const JsonError& error) {
    throw DataError(place + ":" + std::to_string(error.column()) + ": " + error.what());
  }
  if (!recording.is_mapping()) {
    throw DataError(place + ": expected an object, found " + std::string(to_string(recording.kind())));
  }
  const std::string model = text_field(recording, "model", place);
  const auto [answers, is_new_model] = by_model_.try_emplace(model);
  if (is_new_model) models_.push_back(model);
  std::string completion = text_field(recording, "completion", place);
  const auto [known, is_new] =
      answers->second.try_emplace(text_field(recording, "prompt", place), completion);
  if (!is_new && known->second != completion) {
    throw DataError(place + ": a second, different completion of model '" + model + "' for the same prompt");
  }
  if (is_new) ++size_;
}

const std::string* Recordings::find(std::string_view model, const std::string& prompt) const {
  const auto answers = by_model_.find(model);
  if (answers == by_model_.end()) return nullptr;
  const auto answer = answers->second.find(prompt);
  return answer == answers->second.end() ? nullptr : &answer->second;
}

}  // namespace ember::simulate
