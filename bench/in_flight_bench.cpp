// What does one model call cost with ten thousand in flight? Model and graphs of model operators, through the
// public API, beside a bare libcurl-multi loop that does the same requests; all against `ember simulate` at
// one second's latency. Every contender has a process of its own, and a fresh server in another.
//   in_flight_bench [IN_FLIGHT [CALLS [LATENCY [ROUNDS]]]]
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <ember/execute.hpp>
#include <ember/model.hpp>
#include <ember/model_operator.hpp>

#include "bare_loop.hpp"
#include "interleaved.hpp"
#include "measured_process.hpp"
#include "net/open_files.hpp"
#include "support/child_process.hpp"

namespace {

using namespace ember;
using bench::Measurement;
using bench::Outcome;
using bench::RequestLoad;

const std::string question = "Say something about " + std::string(200, 'q');

/// Keeps `in_flight` calls open until all are done.
class CallPump {
 public:
  using Call = std::function<void(std::function<void(bool succeeded)> done)>;

  CallPump(const RequestLoad& load, Call call) : load_(load), call_(std::move(call)) {}

  Outcome run() {
    for (std::size_t i = 0; i < load_.in_flight; ++i) start();
    all_.get_future().wait();
    return {succeeded_, threads_};
  }

 private:
  void start() {
    const std::size_t number = started_++;
    if (number >= load_.requests) return;
    call_([this](bool succeeded) {
      if (succeeded) ++succeeded_;
      const std::size_t ended = ++ended_;
      if (ended % 1000 == 1) count_threads();
      if (ended == load_.requests) {
        all_.set_value();
      } else {
        start();
      }
    });
  }
  void count_threads() {
    const std::lock_guard lock(mutex_);
    threads_ = std::max(threads_, bench::thread_count());
  }

  const RequestLoad& load_;
  const Call call_;
  std::atomic<std::size_t> started_ = 0;
  std::atomic<std::size_t> ended_ = 0;
  std::atomic<std::size_t> succeeded_ = 0;
  std::promise<void> all_;
  std::mutex mutex_;
  std::size_t threads_ = 0;
};

Outcome run_models(const RequestLoad& load) {
  const Model model("openai:m", {.temperature = 0.0});
  return CallPump(load,
                  [&](const std::function<void(bool)>& done) {
                    model.complete_async(
                        question, {}, Context::current(),
                        [done](const Result<Completion>& outcome) { done(outcome.has_value()); });
                  })
      .run();
}

class Ask final : public ModelOperator {
 public:
  explicit Ask(Model model) : ModelOperator(std::move(model)) {}

 protected:
  [[nodiscard]] Prompt prompt(const Value& inputs) const override {
    return Prompt(inputs["question"].string());
  }
  [[nodiscard]] Value read_reply(const ember::Completion& reply) const override {
    return {{"text", reply.text}};
  }
};

/// One run per call: a graph of one model operator.
Outcome run_graphs(const RequestLoad& load) {
  xcs::XCSGraph graph;
  graph.add_node(make_op<Ask>(Model("openai:m", {.temperature = 0.0})), "ask");
  const xcs::CompiledGraph compiled(graph);
  const Value inputs = {{"question", question}};
  return CallPump(load,
                  [&](const std::function<void(bool)>& done) {
                    compiled.run_async(inputs, {}, [done](const xcs::RunOutcome& run) {
                      const Result<xcs::Results>& outcome = run.results;
                      done(outcome && outcome.value()["ask"].has("text"));
                    });
                  })
      .run();
}

Outcome run_bare(const RequestLoad& load) {
  return {bench::run_bare_loop(load, 250)};
}

struct Contestant {
  const char* name;
  Outcome (*run)(const RequestLoad& load);
  std::vector<double> cpu = {};
};

/// One measurement against a server of its own.
Measurement measured(const Contestant& contestant, RequestLoad load, const std::string& latency) {
  testing::ChildProcess server({EMBER_COMMAND, "simulate", "--port", "0", "--latency", latency});
  const std::string line = server.wait_for_line("listening on ");
  const std::string base = line.substr(line.find("http://"));
  load.url = base + "/v1/chat/completions";
  setenv("OPENAI_BASE_URL", (base + "/v1").c_str(), 1);
  setenv("OPENAI_API_KEY", "none", 1);
  return measured_in_child(load, [&] { return contestant.run(load); });
}

}  // namespace

int main(int count, char** arguments) {
  const auto argument = [&](int index, std::size_t standard) {
    return count > index ? std::strtoul(arguments[index], nullptr, 10) : standard;
  };
  RequestLoad load;
  load.in_flight = argument(1, 10'000);
  load.requests = argument(2, 3 * load.in_flight);
  load.body =
      R"({"model":"m","messages":[{"role":"user","content":")" + question + R"("}],"temperature":0.0})";
  const std::string latency = count > 3 ? arguments[3] : "1s";
  net::raise_open_files_limit();
  std::vector<Contestant> contestants = {
      {"bare loop", &run_bare}, {"Model::complete_async", &run_models}, {"graph, run_async", &run_graphs}};
  for (std::size_t round = 0; round < argument(4, 3); ++round) {
    for (Contestant& contestant : contestants) {
      const Measurement measurement = measured(contestant, load, latency);
      print(contestant.name, measurement);
      contestant.cpu.push_back(measurement.cpu_microseconds);
    }
  }
  const double bare = bench::median(contestants.front().cpu);
  for (const Contestant& contestant : contestants) {
    std::printf("%-30s %6.1f us CPU a call, median: %.2f x the bare loop\n", contestant.name,
                bench::median(contestant.cpu), bench::median(contestant.cpu) / bare);
  }
}
