#include "value/error_value.hpp"

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "base/type_name.hpp"
#include "value/error_forms.hpp"

namespace ember {
namespace {

/// A chain of causes does not grow beyond what anybody reads.
constexpr int most_causes = 64;

std::vector<ErrorForm>& registered() {
  static std::vector<ErrorForm> forms = basic_error_forms();
  return forms;
}

const ErrorForm* form_of(const std::type_info* type) {
  for (const ErrorForm& form : registered()) {
    if (type != nullptr && *form.type == *type) return &form;
  }
  return nullptr;
}

int depth_of(const ErrorForm& form) {
  const ErrorForm* base = form_of(form.base);
  return base == nullptr ? 0 : 1 + depth_of(*base);
}

const ErrorForm& form_for(const std::exception& error) {
  if (const ErrorForm* exact = form_of(&typeid(error))) return *exact;
  const ErrorForm* nearest = nullptr;
  for (const ErrorForm& form : registered()) {
    if (form.matches(error) && (nearest == nullptr || depth_of(form) > depth_of(*nearest))) nearest = &form;
  }
  return *nearest;  // There is one for std::exception.
}

Value to_value(const std::exception_ptr& error, int causes);

Value context_of(const Error& error) {
  std::vector<std::pair<std::string, Value>> fields;
  for (const auto& [key, value] : error.context()) fields.emplace_back(key, value);
  return Value::mapping(std::move(fields));
}

Value to_value(const std::exception& error, int causes) {
  const ErrorForm& form = form_for(error);
  Value result = {{"type", short_type_name(*form.type)}, {"message", error.what()}};
  if (form.own != nullptr) result = result.with("own", form.own(error));
  const auto* known = dynamic_cast<const Error*>(&error);
  if (known == nullptr) return result;
  return merge(result, {{"code", static_cast<int>(known->code())},
                        {"path", known->path()},
                        {"hint", known->hint()},
                        {"context", context_of(*known)},
                        {"cause", to_value(known->cause(), causes - 1)}});
}

Value to_value(const std::exception_ptr& error, int causes) {
  if (!error || causes < 0) return {};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return to_value(caught, causes);
  } catch (...) {
    return {{"type", "runtime_error"}, {"message", message_of(error)}};
  }
}

std::exception_ptr from_value(const Value& value, int causes);

ErrorParts parts_of(const Value& value, int causes) {
  ErrorParts parts;
  parts.message = value["message"].string();
  parts.code = static_cast<Errc::Code>(value.get("code", 0).integer());
  parts.path = value.get("path", "").string();
  parts.hint = value.get("hint", "").string();
  const Value context = value.get("context", Value::mapping({}));
  for (const auto& [key, content] : context.fields()) parts.context[key] = content.string();
  parts.cause = from_value(value.get("cause"), causes - 1);
  parts.own = value.get("own");
  return parts;
}

std::exception_ptr from_value(const Value& value, int causes) {
  if (value.is_null() || causes < 0) return nullptr;
  const std::string& name = value["type"].string();
  for (const ErrorForm& form : registered()) {
    if (short_type_name(*form.type) == name) return form.make(parts_of(value, causes));
  }
  throw DataError("no error class is called '" + name + "'");
}

}  // namespace

Value error_to_value(const std::exception_ptr& error) {
  return to_value(error, most_causes);
}

std::exception_ptr error_from_value(const Value& value) {
  try {
    if (std::exception_ptr error = from_value(value, most_causes)) return error;
  } catch (const std::exception& problem) {
    throw DataError(std::string("this value is no error: ") + problem.what());
  }
  throw DataError("this value is no error: it is null");
}

std::exception_ptr error_under(std::string_view segment, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    const ErrorForm* form = form_of(&typeid(caught));
    if (form != nullptr && form->copy_under != nullptr) return form->copy_under(segment, caught);
  } catch (...) {
    return error;
  }
  try {
    std::rethrow_exception(error);
  } catch (Error& caught) {
    caught.prepend_path(segment);
  } catch (...) {  // No path.
  }
  return error;
}

void ErrorParts::complete_base(Error& error) const {
  error.set_path(path);
  error.set_hint(hint);
  if (cause) error.set_cause(cause);
  for (const auto& [key, value] : context) error.add_context(key, value);
}

ErrorRegistration::ErrorRegistration(ErrorForm form) {
  registered().push_back(form);
}

}  // namespace ember
