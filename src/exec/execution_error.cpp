#include <ember/execution_error.hpp>

#include <cstdio>

namespace ember::xcs {
namespace {

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", seconds);
  return text;
}

std::string group_message(const std::vector<std::pair<std::string, std::exception_ptr>>& errors,
                          const std::vector<std::string>& skipped) {
  std::string message =
      std::to_string(errors.size()) + (errors.size() == 1 ? " node failed: " : " nodes failed: ");
  const char* separator = "";
  for (const auto& [node, error] : errors) {
    message += separator + node + " (" + message_of(error) + ")";
    separator = ", ";
  }
  if (!skipped.empty()) {
    message += "; skipped: ";
    separator = "";
    for (const std::string& node : skipped) {
      message += separator + node;
      separator = ", ";
    }
  }
  return message;
}

/// What the user's code threw, and the path below the node: one layer of wrapping is enough.
std::pair<std::exception_ptr, std::string> unwrapped(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const OperatorExecutionError& caught) {
    if (caught.cause()) return {caught.cause(), caught.path()};
    return {error, caught.path()};
  } catch (const Error& caught) {
    return {error, caught.path()};
  } catch (...) {
    return {error, {}};
  }
}

}  // namespace

ExecutionError ExecutionError::for_node(std::string_view node, const std::exception_ptr& cause) {
  auto [original, inner_path] = unwrapped(cause);
  ExecutionError error("Node '" + std::string(node) + "' failed: " + message_of(original));
  error.node_ = node;
  error.set_path(inner_path.empty() ? std::string(node) : std::string(node) + "." + inner_path);
  error.set_cause(original);
  error.add_context("node_id", std::string(node));
  return error;
}

ExecutionTimeoutError::ExecutionTimeoutError(double timeout_seconds, std::size_t finished, std::size_t total)
    : ExecutionError("execution timed out after " + seconds_text(timeout_seconds) + " s: " +
                         std::to_string(finished) + " of " + std::to_string(total) + " nodes finished",
                     Errc::execution_timeout),
      timeout_seconds_(timeout_seconds),
      finished_(finished) {}

ExecutionErrorGroup::ExecutionErrorGroup(std::vector<std::pair<std::string, std::exception_ptr>> errors,
                                         std::vector<std::string> skipped)
    : ExecutionError(group_message(errors, skipped), Errc::error_group),
      errors_(std::move(errors)),
      skipped_(std::move(skipped)) {}

}  // namespace ember::xcs
