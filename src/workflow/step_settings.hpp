// StepSettings: reads the settings of one step; what is wrong with one is reported at its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ember/model.hpp>

#include "workflow/config_errors.hpp"
#include "workflow/description.hpp"
#include "workflow/model_table.hpp"

namespace ember::workflow {

/// A setting that is missing or wrong gives nothing, or its default, and an entry in the errors.
class StepSettings {
 public:
  StepSettings(const StepDescription& step, const ModelTable& models, ConfigErrors& errors)
      : step_(step), models_(models), errors_(errors) {}

  /// The model named by `model`.
  [[nodiscard]] std::optional<Model> model();
  /// The models named by the list `models`.
  [[nodiscard]] std::vector<Model> models();
  /// A prompt template.
  [[nodiscard]] std::string prompt(const char* fallback);
  [[nodiscard]] std::string required_text(const char* key);
  [[nodiscard]] std::string text(const char* key, const char* fallback);
  [[nodiscard]] bool boolean(const char* key, bool fallback);
  [[nodiscard]] int positive(const char* key, int fallback);
  /// A positive number that only steps with `map` have.
  [[nodiscard]] std::optional<int> of_map(const char* key);
  /// Any plain data; null when it is not there.
  [[nodiscard]] Value value(const char* key) const;

  /// Where `key` stands, or the step when it is not there.
  [[nodiscard]] const Place& place_of(const char* key) const;
  /// False once a setting was missing or wrong.
  [[nodiscard]] bool is_valid() const noexcept { return is_valid_; }
  void add_error(const Place& place, const std::string& message);

 private:
  [[nodiscard]] const ConfigNode* find(const char* key) const { return step_.settings.find(key); }
  void refuse(const ConfigNode& node, const char* key, const std::string& expected);

  const StepDescription& step_;
  const ModelTable& models_;
  ConfigErrors& errors_;
  bool is_valid_ = true;
};

}  // namespace ember::workflow
