// `recorded:` models: answers from a file of recordings, read once at the first call that needs it.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/providers.hpp>

#include "model/in_process_answer.hpp"

namespace ember {
namespace {

/// Completions by model and prompt.
class Recordings {
 public:
  void add(const std::string& model, const std::string& prompt, const std::string& completion) {
    models_[model].insert_or_assign(prompt, completion);
  }

  void load(const std::string& file) {
    std::ifstream input(file, std::ios::binary);
    if (!input) throw DataError("recordings '" + file + "': " + std::strerror(errno));
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      add_line(file, number, line);
    }
    if (input.bad()) throw DataError("recordings '" + file + "': reading failed");
  }

  [[nodiscard]] const std::string* find(const std::string& model, std::string_view prompt) const {
    const auto prompts = models_.find(model);
    if (prompts == models_.end()) return nullptr;
    const auto completion = prompts->second.find(prompt);
    return completion == prompts->second.end() ? nullptr : &completion->second;
  }

  [[nodiscard]] bool has_model(const std::string& model) const { return models_.contains(model); }

 private:
  void add_line(const std::string& file, std::size_t number, const std::string& line) {
    const std::string place = "recordings '" + file + "', line " + std::to_string(number) + ": ";
    Value recording;
    try {
      recording = parse_json(line);
    } catch (const JsonError& error) {
      throw DataError(place + "no JSON at column " + std::to_string(error.column()));
    }
    const auto text = [&](const char* field) -> const std::string& {
      const Value* const value = recording.find(field);
      if (!value || !value->is_string()) throw DataError(place + "expected a string '" + field + "'");
      return value->string();
    };
    const std::string& model = text("model");
    const std::string& prompt = text("prompt");
    add(model, prompt, text("completion"));
  }

  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> models_;
};

class RecordedProviderImpl final : public RecordedProvider {
 public:
  explicit RecordedProviderImpl(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] std::string name() const override { return name_; }

  void add(const std::string& model, const std::string& prompt, const std::string& completion) override {
    const std::lock_guard lock(mutex_);
    own_.add(model, prompt, completion);
    has_own_ = true;
  }

  void load(const std::string& file) override {
    Recordings loaded;
    const std::lock_guard lock(mutex_);
    loaded = own_;  // A file that is broken in the middle adds nothing.
    loaded.load(file);
    own_ = std::move(loaded);
    has_own_ = true;
  }

  void complete_async(ModelRequest request, const Context&, PieceHandler on_piece,
                      CompletionHandler done) override {
    Completion completion = model::answer_with(request, find(request));
    if (on_piece) {
      for (std::string& piece : model::pieces_of(completion.text)) on_piece({std::move(piece)});
    }
    done(std::move(completion));
  }

 private:
  std::string find(const ModelRequest& request) {
    const std::string file = file_of(request);
    const std::lock_guard lock(mutex_);
    if (file.empty() && !has_own_) {
      throw ProviderConfigError("Model '" + request.model_id +
                                "': no recordings are loaded; set EMBER_RECORDINGS to a file of recordings");
    }
    const Recordings& recordings = file.empty() ? own_ : loaded(file);
    const std::string* const text = recordings.find(request.model, last_user_message(request.messages));
    if (text) return *text;
    if (!recordings.has_model(request.model)) throw ModelNotFoundError::for_model(request.model, name_);
    throw ProviderAPIError("Model '" + request.model_id + "': no recording matches the last user message");
  }

  /// The file to read; empty for what was loaded or added by program.
  [[nodiscard]] std::string file_of(const ModelRequest& request) {
    const Value named = request.parameters.provider.is_mapping()
                            ? request.parameters.provider.get("recordings", nullptr)
                            : Value();
    if (named.is_string()) return named.string();
    if (!named.is_null()) throw InvalidArgumentError("the provider field 'recordings' must name a file");
    {
      const std::lock_guard lock(mutex_);
      if (has_own_) return {};
    }
    const char* const file = std::getenv("EMBER_RECORDINGS");
    return file ? file : "";
  }

  const Recordings& loaded(const std::string& file) {
    const auto place = files_.find(file);
    if (place != files_.end()) return place->second;
    Recordings recordings;
    recordings.load(file);
    return files_.emplace(file, std::move(recordings)).first->second;
  }

  std::string name_;
  std::mutex mutex_;
  Recordings own_;
  bool has_own_ = false;
  std::map<std::string, Recordings> files_;
};

}  // namespace

std::shared_ptr<RecordedProvider> make_recorded_provider(std::string name) {
  return std::make_shared<RecordedProviderImpl>(std::move(name));
}

const std::shared_ptr<RecordedProvider>& recorded_provider() {
  static const auto* const provider = new std::shared_ptr<RecordedProvider>(make_recorded_provider());
  return *provider;
}

}  // namespace ember
