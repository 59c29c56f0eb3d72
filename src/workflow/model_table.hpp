// ModelTable: the models that a workflow file names.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ember/model.hpp>

#include "workflow/config_errors.hpp"
#include "workflow/description.hpp"

namespace ember::workflow {

class ModelTable {
 public:
  /// Makes the models; what is wrong with them is added to `errors`. `registry` null means the process's.
  ModelTable(const std::vector<ModelDescription>& models, std::shared_ptr<ModelRegistry> registry,
             ConfigErrors& errors);

  /// The model `name`, which may also be an id with a provider, such as `openai:gpt-4o`. None, with an entry
  /// in `errors`, for an unknown one.
  [[nodiscard]] std::optional<Model> find(const std::string& name, const Place& place,
                                          ConfigErrors& errors) const;

 private:
  void add(const ModelDescription& description, ConfigErrors& errors);
  [[nodiscard]] std::optional<Model> make(const std::string& id, const ModelParameters& parameters,
                                          const Place& place, ConfigErrors& errors) const;

  std::shared_ptr<ModelRegistry> registry_;
  /// A model that could not be made is there without content, so that it is not reported as unknown as well.
  std::map<std::string, std::optional<Model>> models_;
};

}  // namespace ember::workflow
