#include <ember/execution_error.hpp>

#include <cstdio>

#include "value/error_value.hpp"

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

std::exception_ptr remake(const ErrorParts& parts) {
  if (!parts.own.is_null()) {
    const std::string& node = parts.own["node"].string();
    const std::string start = std::string(ExecutionError::for_node(node, "").what());
    if (parts.message.starts_with(start)) {
      return parts.complete(ExecutionError::for_node(node, parts.message.substr(start.size())));
    }
  }
  return parts.complete(ExecutionError(parts.message, parts.code));
}

Value node_of(const std::exception& error) {
  const auto& execution = dynamic_cast<const ExecutionError&>(error);
  return execution.node().empty() ? Value() : Value({{"node", execution.node()}});
}

std::exception_ptr remake_timeout(const ErrorParts& parts) {
  return parts.complete(ExecutionTimeoutError(parts.own["seconds"].number(),
                                              static_cast<std::size_t>(parts.own["finished"].integer()),
                                              static_cast<std::size_t>(parts.own["total"].integer())));
}

Value timeout_parts(const std::exception& error) {
  const auto& timeout = dynamic_cast<const ExecutionTimeoutError&>(error);
  return {{"seconds", timeout.timeout_seconds()},
          {"finished", timeout.nodes_finished()},
          {"total", timeout.nodes_total()}};
}

std::exception_ptr remake_group(const ErrorParts& parts) {
  std::vector<std::pair<std::string, std::exception_ptr>> errors;
  for (const Value& failed : parts.own["errors"].items()) {
    errors.emplace_back(failed["node"].string(), error_from_value(failed["error"]));
  }
  std::vector<std::string> skipped;
  for (const Value& node : parts.own["skipped"].items()) skipped.push_back(node.string());
  return parts.complete(ExecutionErrorGroup(std::move(errors), std::move(skipped)));
}

Value group_parts(const std::exception& error) {
  const auto& group = dynamic_cast<const ExecutionErrorGroup&>(error);
  std::vector<Value> errors;
  for (const auto& [node, cause] : group.errors()) {
    errors.push_back({{"node", node}, {"error", error_to_value(cause)}});
  }
  return {{"errors", Value::list(std::move(errors))}, {"skipped", list(group.skipped())}};
}

const ErrorRegistration execution_form(error_form<ExecutionError, XCSError>(remake, node_of));
const ErrorRegistration timeout_form(error_form<ExecutionTimeoutError, ExecutionError>(remake_timeout,
                                                                                       timeout_parts));
const ErrorRegistration stopped_form(error_form<ExecutionStoppedError, ExecutionError>(
    [](const ErrorParts& parts) { return parts.complete(ExecutionStoppedError()); }));
const ErrorRegistration group_form(error_form<ExecutionErrorGroup, ExecutionError>(remake_group,
                                                                                   group_parts));

}  // namespace

ExecutionError ExecutionError::for_node(std::string_view node, const std::exception_ptr& cause) {
  auto [original, inner_path] = unwrapped(cause);
  ExecutionError error = for_node(node, message_of(original));
  if (!inner_path.empty()) error.set_path(std::string(node) + "." + inner_path);
  error.set_cause(original);
  return error;
}

ExecutionError ExecutionError::for_node(std::string_view node, std::string_view message) {
  ExecutionError error("Node '" + std::string(node) + "' failed: " + std::string(message));
  error.node_ = node;
  error.set_path(std::string(node));
  error.add_context("node_id", std::string(node));
  return error;
}

ExecutionTimeoutError::ExecutionTimeoutError(double timeout_seconds, std::size_t finished, std::size_t total)
    : ExecutionError("execution timed out after " + seconds_text(timeout_seconds) + " s: " +
                         std::to_string(finished) + " of " + std::to_string(total) + " nodes finished",
                     Errc::execution_timeout),
      timeout_seconds_(timeout_seconds),
      finished_(finished),
      total_(total) {}

ExecutionErrorGroup::ExecutionErrorGroup(std::vector<std::pair<std::string, std::exception_ptr>> errors,
                                         std::vector<std::string> skipped)
    : ExecutionError(group_message(errors, skipped), Errc::error_group),
      errors_(std::move(errors)),
      skipped_(std::move(skipped)) {}

}  // namespace ember::xcs
