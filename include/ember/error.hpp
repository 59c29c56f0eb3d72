// Errors: one hierarchy under `Error`, each with a code, the operator path, a hint, a context and a nested
// cause. `what()` is the bare message; `describe()` is the decorated form for people. The library never
// prints or aborts.
#pragma once

#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ember {

/// Stable numeric codes of the error classes; `Error::code()` returns one of them.
struct Errc {
  enum Code : int {
    error = 0,
    error_group = 1000,
    invalid_argument = 1001,
    validation = 1002,
    not_implemented_feature = 1003,
    incompatible_type = 1005,
    initialization = 1006,
    item_not_found = 1101,
    duplicate_item = 1102,
    operator_error = 2000,
    operator_specification = 2001,
    operator_execution = 2002,
    specification_validation = 2010,
    model = 3000,
    model_provider = 3001,
    model_not_found = 3002,
    provider_api = 3010,
    provider_config = 3011,
    invalid_prompt = 3040,
    data = 4000,
    json = 4001,
    xcs = 5000,
    trace = 5001,
    plain_call_in_trace = 5004,
    compilation = 5002,
    execution = 5003,
    execution_timeout = 5005,
    execution_stopped = 5006,
    transform = 5010,
    parallel_execution = 5011,
    mesh_sharding = 5012,
    data_flow = 5020,
    graph = 5021,
    scheduler = 5030,
    config = 6000,
    cli = 8000,
  };
};

/// What every error of the library has, whatever standard exception it derives from.
/// Catch it by `const ember::Error&`; every concrete class is also a `std::exception`.
class Error {
 public:
  virtual ~Error() = default;

  /// The bare message, without code or hint.
  [[nodiscard]] virtual const char* what() const noexcept = 0;
  /// The class of the failure.
  [[nodiscard]] Errc::Code code() const noexcept { return code_; }
  /// Dotted path of the operator that failed, such as `panel.judge`; empty when no operator is involved.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// What the caller can do about it; may be empty.
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  /// Facts about the failure, by name.
  [[nodiscard]] const std::map<std::string, std::string>& context() const noexcept { return context_; }
  /// The exception that led to this one, or null.
  [[nodiscard]] std::exception_ptr cause() const noexcept { return cause_; }
  /// `[Error <code>] <message> [Recovery: <hint>] [Context: key='value', …]`, parts left out when empty.
  [[nodiscard]] std::string describe() const;

  Error& add_context(std::string key, std::string value);
  Error& set_hint(std::string hint);
  Error& set_path(std::string path);
  /// Puts `segment` in front of the path: `judge` becomes `panel.judge`.
  Error& prepend_path(std::string_view segment);
  /// Links the cause and adds `cause_type` and `cause_message` to the context.
  Error& set_cause(std::exception_ptr cause);

 protected:
  explicit Error(Errc::Code code) noexcept : code_(code) {}
  Error(const Error&) = default;
  Error(Error&&) = default;
  Error& operator=(const Error&) = default;
  Error& operator=(Error&&) = default;

 private:
  Errc::Code code_;
  std::string path_;
  std::string hint_;
  std::map<std::string, std::string> context_;
  std::exception_ptr cause_;
};

/// Joins `Error` with the standard exception that users of the standard library expect in its place.
template <class Standard>
class ErrorOf : public Standard, public Error {
 public:
  [[nodiscard]] const char* what() const noexcept override { return Standard::what(); }

 protected:
  ErrorOf(Errc::Code code, const std::string& message) : Standard(message), Error(code) {}
};

/// The message of any exception: `what()`, or `unknown exception`.
std::string message_of(const std::exception_ptr& error);
/// The short type name of any exception, such as `runtime_error`.
std::string type_name_of(const std::exception_ptr& error);
/// The innermost cause of any exception: follows `Error::cause()` to its end.
std::exception_ptr root_cause(std::exception_ptr error);

// Arguments, values and configuration
// ------------------------------------------------------------------------------

/// An argument is not acceptable (a ValueError in Python).
class InvalidArgumentError : public ErrorOf<std::invalid_argument> {
 public:
  explicit InvalidArgumentError(const std::string& message, Errc::Code code = Errc::invalid_argument)
      : ErrorOf(code, message) {}
};

/// A value does not satisfy its declared shape.
class ValidationError : public ErrorOf<std::invalid_argument> {
 public:
  explicit ValidationError(const std::string& message, Errc::Code code = Errc::validation)
      : ErrorOf(code, message) {}
};

/// A value is of another kind than the one that was asked for.
class IncompatibleTypeError : public ErrorOf<std::invalid_argument> {
 public:
  explicit IncompatibleTypeError(const std::string& message) : ErrorOf(Errc::incompatible_type, message) {}
};

/// A key, id or index does not exist (a KeyError in Python).
class ItemNotFoundError : public ErrorOf<std::out_of_range> {
 public:
  explicit ItemNotFoundError(const std::string& message) : ErrorOf(Errc::item_not_found, message) {}
};

/// Text that is not valid JSON or not valid UTF-8; line and column count from 1, columns in bytes.
class JsonError : public ErrorOf<std::invalid_argument> {
 public:
  JsonError(const std::string& message, std::size_t line, std::size_t column);
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  [[nodiscard]] std::size_t column() const noexcept { return column_; }

 private:
  std::size_t line_;
  std::size_t column_;
};

/// A file or stream can not be read or written, or holds something unusable.
class DataError : public ErrorOf<std::runtime_error> {
 public:
  explicit DataError(const std::string& message) : ErrorOf(Errc::data, message) {}
};

/// A configuration or workflow file is wrong.
class ConfigError : public ErrorOf<std::invalid_argument> {
 public:
  explicit ConfigError(const std::string& message) : ErrorOf(Errc::config, message) {}
};

// Operators
// --------------------------------------------------------------------------------------------------------

/// Root of what can go wrong in and around an operator.
class OperatorError : public ErrorOf<std::runtime_error> {
 public:
  explicit OperatorError(const std::string& message, Errc::Code code = Errc::operator_error)
      : ErrorOf(code, message) {}
};

/// `forward` threw; the original exception is `cause()`. Never nested in itself.
class OperatorExecutionError : public OperatorError {
 public:
  explicit OperatorExecutionError(const std::string& message)
      : OperatorError(message, Errc::operator_execution) {}
  /// `Operator 'name' failed: message`.
  static OperatorExecutionError for_operator(std::string_view name, std::string_view message);
};

/// Inputs or output do not match the operator's specification.
class SpecificationValidationError : public OperatorError {
 public:
  explicit SpecificationValidationError(const std::string& message)
      : OperatorError(message, Errc::specification_validation) {}
};

// Models
// -----------------------------------------------------------------------------------------------------------

/// Root of what can go wrong with models and providers.
class ModelError : public ErrorOf<std::runtime_error> {
 public:
  explicit ModelError(const std::string& message, Errc::Code code = Errc::model) : ErrorOf(code, message) {}
};

/// No model of that name; the message carries the closest known name when there is one.
class ModelNotFoundError : public ModelError {
 public:
  explicit ModelNotFoundError(const std::string& message) : ModelError(message, Errc::model_not_found) {}
  /// `Model 'model' not found from provider 'provider'`.
  static ModelNotFoundError for_model(std::string_view model, std::string_view provider);
};

/// The provider refused, failed or could not be reached.
class ProviderAPIError : public ModelError {
 public:
  /// `status` is the HTTP status, 0 when there was no response. `is_transient` says that a retry may help.
  explicit ProviderAPIError(const std::string& message, int status = 0, bool is_transient = false)
      : ModelError(message, Errc::provider_api), status_(status), is_transient_(is_transient) {}
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] bool is_transient() const noexcept { return is_transient_; }

 private:
  int status_;
  bool is_transient_;
};

/// A provider lacks its key or has an unusable setting.
class ProviderConfigError : public ModelError {
 public:
  explicit ProviderConfigError(const std::string& message) : ModelError(message, Errc::provider_config) {}
};

/// A prompt template and its inputs do not fit together.
class InvalidPromptError : public ModelError {
 public:
  explicit InvalidPromptError(const std::string& message) : ModelError(message, Errc::invalid_prompt) {}
};

// Execution
// --------------------------------------------------------------------------------------------------------

/// Root of what can go wrong in the engine.
class XCSError : public ErrorOf<std::runtime_error> {
 public:
  explicit XCSError(const std::string& message, Errc::Code code = Errc::xcs) : ErrorOf(code, message) {}
};

/// A symbolic value was read, or an operator was called with plain values while recording.
class TraceError : public XCSError {
 public:
  explicit TraceError(const std::string& message, Errc::Code code = Errc::trace) : XCSError(message, code) {}
};

/// A composite can not be compiled and falling back was forbidden.
class CompilationError : public XCSError {
 public:
  explicit CompilationError(const std::string& message) : XCSError(message, Errc::compilation) {}
};

/// Data does not flow as the graph says: a mapped field is absent, or two sources give the same field.
class DataFlowError : public XCSError {
 public:
  explicit DataFlowError(const std::string& message) : XCSError(message, Errc::data_flow) {}
  /// `Graph 'graph': message`, with the graph's name in the context.
  static DataFlowError for_graph(std::string_view graph, std::string_view message);
};

/// A transform can not be built or applied; the message starts with `[transform]`.
class TransformError : public XCSError {
 public:
  explicit TransformError(const std::string& message, Errc::Code code = Errc::transform)
      : XCSError(message, code) {}
  /// `[transform] message`, followed by ` Details: {key: value, …}` when there are any.
  static TransformError for_transform(std::string_view transform, std::string_view message,
                                      const std::map<std::string, std::string>& details = {});
};

/// A graph is not well formed: duplicate node, unknown endpoint, cycle (a ValueError in Python).
class GraphError : public InvalidArgumentError {
 public:
  explicit GraphError(const std::string& message) : InvalidArgumentError(message, Errc::graph) {}
};

}  // namespace ember
