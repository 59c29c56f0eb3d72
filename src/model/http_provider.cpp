// The part of an HTTP provider that is the same for every protocol. All of it runs on the client's I/O
// thread.
#include <utility>

#include <ember/error.hpp>

#include "model/chat_protocol.hpp"
#include "model/response_error.hpp"
#include "model/waiting.hpp"

namespace ember::model {
namespace {

constexpr std::size_t max_error_body_bytes = std::size_t{1} << 20;
// As long as the official clients wait: a model may think for minutes before its first byte.
constexpr auto idle_timeout = std::chrono::minutes(10);

bool is_event_stream(const net::HttpResponse& response) {
  const auto type = response.header("content-type");
  return response.status == 200 && type && type->starts_with("text/event-stream");
}

/// One streamed answer. The client calls `take` and then `end`, never at once.
class StreamedAnswer {
 public:
  StreamedAnswer(std::shared_ptr<const ChatProtocol> protocol, ModelRequest request, PieceHandler on_piece)
      : protocol_(std::move(protocol)),
        request_(std::move(request)),
        on_piece_(std::move(on_piece)),
        reader_(protocol_->make_reader(request_.model_id)),
        parser_([this](const net::SseEvent& event) { take_event(event); }) {}

  void take(const net::HttpResponse& response, std::string_view chunk) {
    if (is_event_stream(response)) {
      parser_.feed(chunk);
    } else if (response.status == 200 || body_.size() < max_error_body_bytes) {
      body_ += chunk;
    }
  }

  Completion end(const Result<net::HttpResponse>& outcome) {
    if (!outcome && !reader_->is_complete()) std::rethrow_exception(transport_error(outcome.error()));
    if (!outcome) return reader_->finish();
    const net::HttpResponse& response = outcome.value();
    if (response.status != 200) {
      std::rethrow_exception(error_of_status(request_, protocol_->name(), response, body_));
    }
    if (!is_event_stream(response)) return whole_answer();
    if (!reader_->is_complete()) {
      refuse_response(request_.model_id, "the stream ended before the answer was complete", true);
    }
    return reader_->finish();
  }

 private:
  void take_event(const net::SseEvent& event) {
    std::string text = reader_->take(event);
    if (!text.empty()) on_piece_({std::move(text)});
  }

  // What the reader threw arrives as the cause of the client's error.
  [[nodiscard]] std::exception_ptr transport_error(const std::exception_ptr& error) const {
    try {
      std::rethrow_exception(error);
    } catch (const net::HttpError& failure) {
      if (failure.kind() == net::HttpErrorKind::callback) return reader_error(failure.cause());
    } catch (...) {
    }
    return error_of_transport(request_, error);
  }

  [[nodiscard]] std::exception_ptr reader_error(const std::exception_ptr& cause) const {
    try {
      std::rethrow_exception(cause);
    } catch (const ModelError&) {
      return cause;
    } catch (...) {
      return std::make_exception_ptr(
          ProviderAPIError("Model '" + request_.model_id + "': the event stream could not be read"));
    }
  }

  // A server that does not stream answers in one piece.
  Completion whole_answer() {
    Completion completion =
        protocol_->read_completion(request_.model_id, parse_response(request_.model_id, body_));
    if (!completion.text.empty()) on_piece_({completion.text});
    return completion;
  }

  std::shared_ptr<const ChatProtocol> protocol_;
  ModelRequest request_;
  PieceHandler on_piece_;
  std::unique_ptr<StreamReader> reader_;
  net::SseParser parser_;
  std::string body_;
};

class HttpProvider final : public Provider {
 public:
  explicit HttpProvider(std::unique_ptr<const ChatProtocol> protocol) : protocol_(std::move(protocol)) {}

  [[nodiscard]] std::string name() const override { return protocol_->name(); }
  [[nodiscard]] bool can_list_models() const override { return protocol_->has_credentials(); }

  void complete_async(ModelRequest request, const Context& context, PieceHandler on_piece,
                      CompletionHandler done) override {
    net::HttpRequest http = protocol_->chat_request(request, static_cast<bool>(on_piece));
    http.idle_timeout = idle_timeout;
    request.messages.clear();  // Nothing that follows may repeat the prompt.
    if (on_piece) {
      send_streamed(std::move(http), std::move(request), context, std::move(on_piece), std::move(done));
    } else {
      send_plain(std::move(http), std::move(request), context, std::move(done));
    }
  }

  std::vector<std::string> list_models(const Context& context) override {
    const auto waiting = std::make_shared<Waiting<net::HttpResponse>>();
    net::HttpRequest http = protocol_->list_request();
    http.idle_timeout = std::chrono::seconds(30);
    net::HttpClient::process().send(std::move(http), context, [waiting](Result<net::HttpResponse> outcome) {
      waiting->finish(std::move(outcome));
    });
    ModelRequest request;
    request.model_id = protocol_->name() + ":*";
    const Result<net::HttpResponse> outcome = waiting->wait(*context.clock());
    if (!outcome) std::rethrow_exception(error_of_transport(request, outcome.error()));
    const net::HttpResponse& response = outcome.value();
    if (response.status != 200) {
      std::rethrow_exception(error_of_status(request, protocol_->name(), response, response.body));
    }
    return names_of(parse_response(request.model_id, response.body));
  }

 private:
  void send_plain(net::HttpRequest http, ModelRequest request, const Context& context,
                  CompletionHandler done) {
    net::HttpClient::process().send(
        std::move(http), context,
        [protocol = protocol_, request = std::move(request), done = std::move(done)](
            const Result<net::HttpResponse>& outcome) { done(read_outcome(*protocol, request, outcome)); });
  }

  void send_streamed(net::HttpRequest http, ModelRequest request, const Context& context,
                     PieceHandler on_piece, CompletionHandler done) {
    const auto answer = std::make_shared<StreamedAnswer>(protocol_, std::move(request), std::move(on_piece));
    net::HttpClient::process().send(
        std::move(http), context,
        [answer, done = std::move(done)](const Result<net::HttpResponse>& outcome) {
          Result<Completion> completion = std::exception_ptr();
          try {
            completion = answer->end(outcome);
          } catch (...) {
            completion = std::current_exception();
          }
          done(std::move(completion));
        },
        [answer](const net::HttpResponse& response, std::string_view chunk) {
          answer->take(response, chunk);
        });
  }

  static Result<Completion> read_outcome(const ChatProtocol& protocol, const ModelRequest& request,
                                         const Result<net::HttpResponse>& outcome) {
    if (!outcome) return error_of_transport(request, outcome.error());
    const net::HttpResponse& response = outcome.value();
    if (response.status != 200) return error_of_status(request, protocol.name(), response, response.body);
    try {
      return protocol.read_completion(request.model_id, parse_response(request.model_id, response.body));
    } catch (...) {
      return std::current_exception();
    }
  }

  static std::vector<std::string> names_of(const Value& body) {
    std::vector<std::string> names;
    const Value* const models = body.find("data");
    if (!models || !models->is_list()) refuse_response("*", "expected a list 'data' of models");
    for (const Value& model : models->items()) {
      const Value* const id = model.find("id");
      if (id && id->is_string()) names.push_back(id->string());
    }
    return names;
  }

  std::shared_ptr<const ChatProtocol> protocol_;
};

}  // namespace

std::shared_ptr<Provider> make_http_provider(std::unique_ptr<const ChatProtocol> protocol) {
  return std::make_shared<HttpProvider>(std::move(protocol));
}

}  // namespace ember::model
