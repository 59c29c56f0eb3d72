#include "simulate/model_profile.hpp"

#include <algorithm>

#include <ember/error.hpp>

namespace ember::simulate {

namespace {

// The colon that ends the name: the first one followed by `key=`.
std::size_t end_of_name(std::string_view text) {
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    const std::size_t equals = text.find('=', colon);
    if (equals == std::string_view::npos) break;
    const std::string_view key = text.substr(colon + 1, equals - colon - 1);
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (!key.empty() && std::all_of(key.begin(), key.end(), is_letter)) return colon;
  }
  return text.size();
}

// The end of one setting: a comma that starts another `key=`. The comma of `lognormal:100ms,0.5` does not.
std::size_t end_of_setting(std::string_view settings, std::size_t first) {
  for (std::size_t comma = settings.find(',', first); comma != std::string_view::npos;
       comma = settings.find(',', comma + 1)) {
    const std::string_view rest = settings.substr(comma + 1);
    if (rest.substr(0, rest.find(',')).find('=') != std::string_view::npos) return comma;
  }
  return settings.size();
}

void apply(ModelProfile& profile, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  const std::string_view key = setting.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : setting.substr(equals + 1);
  if (key == "skill") {
    profile.skill = parse_number(value, "skill of model '" + profile.name + "'");
    if (profile.skill > 1) {
      throw InvalidArgumentError("the skill of model '" + profile.name + "' is " + std::string(value) +
                                 "; expected 0 to 1");
    }
  } else if (key == "latency") {
    profile.latency = Latency::parse(value);
  } else {
    throw InvalidArgumentError("'" + std::string(setting) + "' is not a setting of model '" + profile.name +
                               "'; expected skill=0.75 or latency=100ms");
  }
}

}  // namespace

ModelProfile ModelProfile::parse(std::string_view text) {
  ModelProfile profile;
  const std::size_t end = end_of_name(text);
  profile.name = text.substr(0, end);
  if (profile.name.empty() || profile.name.find('=') != std::string::npos) {
    throw InvalidArgumentError("'" + std::string(text) +
                               "' is not a model; expected NAME[:skill=0.75,latency=100ms]");
  }
  const std::string_view settings = end == text.size() ? "" : text.substr(end + 1);
  for (std::size_t first = 0; first < settings.size();) {
    const std::size_t last = end_of_setting(settings, first);
    apply(profile, settings.substr(first, last - first));
    first = last + 1;
  }
  return profile;
}

}  // namespace ember::simulate
