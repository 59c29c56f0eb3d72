#include "workflow/map_step.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <ember/call_bound.hpp>
#include <ember/error.hpp>
#include <ember/vmap.hpp>

#include "base/closest_name.hpp"

namespace ember::workflow {
namespace {

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

Op<> mapped(const Op<>& target, const MapSettings& settings) {
  std::vector<std::pair<std::string, Value>> axes;
  for (const std::string& field : settings.fields) axes.emplace_back(field, 0);
  xcs::VmapOptions options;
  options.in_axes = Value::mapping(std::move(axes));
  options.batch_size = settings.batch_size;
  options.max_workers = settings.max_workers;
  return xcs::vmap(target, options);
}

class MapStep : public Operator<>, public BoundedOperator {
 public:
  MapStep(Op<> target, MapSettings settings)
      : target_(std::move(target)), settings_(std::move(settings)), mapped_(mapped(target_, settings_)) {}

  [[nodiscard]] std::string name() const override { return "Map(" + target_.name() + ")"; }
  [[nodiscard]] bool is_pure() const override { return mapped_.target().is_pure(); }
  /// The calls for the items are remembered, not the list of them.
  [[nodiscard]] bool is_stochastic() const override { return mapped_.target().is_stochastic(); }
  [[nodiscard]] bool prefers_gpu() const override { return target_.target().prefers_gpu(); }
  [[nodiscard]] std::string state_signature() const override { return mapped_.target().state_signature(); }

  Value forward(const Value& inputs) const override {
    return has_items(inputs) ? mapped_.target().call(inputs) : no_outputs();
  }
  [[nodiscard]] CallBound call_bound() const override;

 protected:
  /// Throws DataError unless there is a list for each field.
  [[nodiscard]] bool has_items(const Value& inputs) const;
  [[nodiscard]] Value no_outputs() const;
  [[nodiscard]] const Op<>& mapped_op() const noexcept { return mapped_; }

 private:
  Op<> target_;
  MapSettings settings_;
  Op<> mapped_;
};

bool MapStep::has_items(const Value& inputs) const {
  bool has_any = false;
  for (const std::string& field : settings_.fields) {
    const std::string what = "step '" + settings_.step + "' maps over '" + field + "', ";
    if (!inputs.has(field)) {
      const std::vector<std::string> keys = inputs.keys();
      const std::string closest = suggestion(field, keys);
      throw DataError(what + "which its input lacks" +
                      (closest.empty() && !keys.empty() ? "; there are: " + quoted(keys) : closest));
    }
    const Value lists = inputs[field];
    if (!lists.is_list() && !lists.is_array()) {
      throw DataError(what + "which must be a list, found a " + std::string(to_string(lists.kind())));
    }
    has_any = has_any || lists.size() > 0;
  }
  return has_any;
}

Value MapStep::no_outputs() const {
  std::vector<std::pair<std::string, Value>> fields;
  for (const std::string& field : settings_.outputs) fields.emplace_back(field, Value::list({}));
  return Value::mapping(std::move(fields));
}

CallBound MapStep::call_bound() const {
  const CallBound each = call_bound_of(target_.target());
  CallBound bound;
  bound.unknown = each.unknown;
  if (each.model_calls == 0) return bound;
  bound.unknown.push_back(std::to_string(each.model_calls) +
                          (each.model_calls == 1 ? " model call" : " model calls") + " for each item of " +
                          quoted(settings_.fields) + ", whose number is not known");
  return bound;
}

/// Over an operator that waits: it holds no thread either.
class AsyncMapStep final : public MapStep {
 public:
  using MapStep::MapStep;
  void forward_async(Value inputs, Context context, OperatorBase::Completion done) const override {
    if (!has_items(inputs)) return done(no_outputs());
    mapped_op().target().forward_async(std::move(inputs), std::move(context), std::move(done));
  }
};

}  // namespace

Op<> map_step(const Op<>& target, MapSettings settings) {
  if (mapped(target, settings).target().is_async()) {
    return make_op<AsyncMapStep>(target, std::move(settings));
  }
  return make_op<MapStep>(target, std::move(settings));
}

}  // namespace ember::workflow
