// The providers that come with the library. The process's registry has one of each; make your own to change
// options.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ember/clock.hpp>
#include <ember/provider.hpp>

namespace ember {

struct OpenAIOptions {
  /// Prefix under which it is meant to be registered; used in messages.
  std::string name = "openai";
  /// Address with `/v1`; empty means OPENAI_BASE_URL, or else `https://api.openai.com/v1`.
  std::string base_url{};
  /// Environment variable with the key, read at each call. A missing key is an error for the default address
  /// only.
  std::string api_key_env = "OPENAI_API_KEY";
};

/// OpenAI's chat completions, and every server that speaks the same: vLLM, Ollama, llama.cpp, `ember
/// simulate`.
std::shared_ptr<Provider> make_openai_provider(OpenAIOptions options = {});

struct AnthropicOptions {
  std::string name = "anthropic";
  /// Address without `/v1`; empty means ANTHROPIC_BASE_URL, or else `https://api.anthropic.com`.
  std::string base_url{};
  /// Environment variable with the key, read at each call. A missing key is an error for the default address
  /// only.
  std::string api_key_env = "ANTHROPIC_API_KEY";
  /// Sent when a call leaves `max_tokens` open, as the service demands one.
  std::int64_t default_max_tokens = 4096;
};

/// Anthropic's messages.
std::shared_ptr<Provider> make_anthropic_provider(AnthropicOptions options = {});

/// How a simulated model behaves. The same seed, model and prompt always give the same latency, failure and
/// answer.
struct SimulatedModel {
  /// The answer to a request. Empty: `Echo: ` and the last user message.
  std::function<std::string(const ModelRequest&)> answer{};
  /// Median time to answer.
  Duration latency{};
  /// Spread of the latency: sigma of a lognormal distribution; 0 makes it constant.
  double latency_sigma = 0;
  /// Share of attempts that fail with a transient error, 0 to 1.
  double fail_rate = 0;
  std::uint64_t seed = 0;
};

/// Models inside the process, without network: `sim:NAME?latency=0.1&sigma=0.3&fail=0.05&seed=7` with options
/// in seconds and shares. Names without registration: `echo` answers `Echo: <prompt>`, `upper` the prompt in
/// capitals, `words` seeded words. Waits on the clock of the call, so it runs in simulated time too.
/// Thread-safe.
class SimulatedProvider : public Provider {
 public:
  /// Makes `sim:NAME` answer like `model`. Replaces an earlier one. Options in an id override these.
  /// Throws InvalidArgumentError naming a field that is out of range.
  virtual void register_model(const std::string& name, SimulatedModel model) = 0;
};

std::shared_ptr<SimulatedProvider> make_simulated_provider(std::string name = "sim");
/// The `sim:` provider of the process's registry.
const std::shared_ptr<SimulatedProvider>& simulated_provider();
/// `simulated_provider()->register_model(...)`.
void register_simulated(const std::string& name, SimulatedModel model);

/// Answers from recordings: JSONL with the fields `model`, `prompt` and `completion`, found by model name and
/// last user message. `recorded:NAME` reads the file that `load` was given or, without one, that of the
/// call's provider field `recordings` or of the environment variable EMBER_RECORDINGS. Thread-safe.
class RecordedProvider : public Provider {
 public:
  /// Adds one recording; replaces one of the same model and prompt.
  virtual void add(const std::string& model, const std::string& prompt, const std::string& completion) = 0;
  /// Adds all recordings of a file. Throws DataError naming file and line.
  virtual void load(const std::string& file) = 0;
};

std::shared_ptr<RecordedProvider> make_recorded_provider(std::string name = "recorded");
/// The `recorded:` provider of the process's registry.
const std::shared_ptr<RecordedProvider>& recorded_provider();

}  // namespace ember
