// `ember simulate`: an OpenAI-compatible server that needs no model.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ember/error.hpp>

#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "simulate/chat_service.hpp"
#include "simulate/http_server.hpp"

namespace ember::cli {

namespace {

constexpr const char* simulate_description =
    "Serves an OpenAI-compatible API with recorded or synthetic answers, for tests, demos and benchmarks";

constexpr const char* simulate_footer = R"(
Routes: POST /v1/chat/completions (plain and streamed), GET /v1/models, GET /stats.
The first line on standard output is `listening on http://HOST:PORT`. SIGTERM and SIGINT stop the server, exit 0.

Without --recordings and --model every model name is answered, and every answer is right. Synthetic models compute the
word problems that `ember questions` prints, judge and verify answers to them, and echo every other prompt.
All chance depends on the seed, the model, the prompt and how often that prompt came before.

  ember simulate --port 8080 --model small:skill=0.6,latency=50ms --model large:skill=0.9,latency=lognormal:200ms,0.4
  ember simulate --recordings answers.jsonl --latency 20ms --fail 429=0.05,500=0.05)";

struct SimulateOptions {
  simulate::HttpServerOptions server{};
  std::uint64_t seed = 0;
  std::string recordings{};
  std::vector<std::string> models{};
  std::vector<std::string> latencies{};
  std::vector<std::string> failures{};
  unsigned retry_after = 0;
  std::string drip_interval = "1ms";
};

void add_latency(simulate::ServiceOptions& service, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos) {
    service.latency = simulate::Latency::parse(text);
  } else {
    service.model_latency[text.substr(0, equals)] = simulate::Latency::parse(text.substr(equals + 1));
  }
}

simulate::ServiceOptions service_options(const SimulateOptions& options) {
  simulate::ServiceOptions service;
  service.seed = options.seed;
  service.retry_after = options.retry_after;
  service.drip_interval = simulate::parse_duration(options.drip_interval);
  for (const std::string& text : options.models)
    service.models.push_back(simulate::ModelProfile::parse(text));
  for (const std::string& text : options.latencies) add_latency(service, text);
  for (const std::string& text : options.failures) service.failures.add(text);
  if (!options.recordings.empty()) service.recordings = simulate::Recordings::load(options.recordings);
  return service;
}

int serve(const SimulateOptions& options) {
  simulate::ChatService service(service_options(options));
  (void)simulate::raise_open_file_limit();
  simulate::HttpServer server(service, options.server);
  server.stop_on_signals();
  std::cout << "listening on " << server.url() << std::endl;
  if (!std::cout) throw DataError("can not write to standard output");
  server.run();
  return ExitCode::success;
}

int run(const SimulateOptions& options) {
  try {
    return serve(options);
  } catch (const InvalidArgumentError& error) {
    throw UsageError(error.what());
  }
}

void add_options(CLI::App& app, SimulateOptions& options) {
  app.footer(simulate_footer);
  app.add_option("--host", options.server.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", options.server.port, "Port to listen on; 0 picks a free one")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of everything left to chance")->capture_default_str();
  app.add_option("--recordings", options.recordings,
                 "JSONL file of objects with model, prompt and completion; a prompt that is not in it gets "
                 "status 404")
      ->type_name("FILE");
  app.add_option(
         "--model", options.models,
         "A synthetic model, NAME[:skill=0.75,latency=100ms]; skill is its rate of right answers; repeatable")
      ->type_name("MODEL")
      ->allow_extra_args(false);
  app.add_option("--latency", options.latencies,
                 "Time to an answer: 100ms, 0.1, lognormal:MEDIAN,SIGMA, or NAME=... for one model; a stream "
                 "spreads its "
                 "chunks over it; repeatable")
      ->type_name("LATENCY")
      ->allow_extra_args(false);
  app.add_option("--fail", options.failures,
                 "Failure rates, comma list of KIND=RATE with KIND one of 429, 500, 503, reset, cut, drip; "
                 "repeatable")
      ->type_name("RATES")
      ->allow_extra_args(false);
  app.add_option("--retry-after", options.retry_after, "Whole seconds in the Retry-After of status 429")
      ->capture_default_str();
  app.add_option("--drip-interval", options.drip_interval, "Time between the bytes of a dripping body")
      ->capture_default_str();
  app.add_option("--max-body-bytes", options.server.most_body_bytes, "A larger request gets status 413")
      ->capture_default_str();
}

}  // namespace

Command add_simulate_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("simulate", simulate_description);
  auto options = std::make_shared<SimulateOptions>();
  add_options(*app, *options);
  return {app, [options] { return run(*options); }};
}

}  // namespace ember::cli
