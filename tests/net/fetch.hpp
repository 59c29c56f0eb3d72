// Sends a request and waits for its outcome.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include <ember/context.hpp>
#include <ember/result.hpp>

#include "net/http_client.hpp"

namespace ember::net {

using Outcome = Result<HttpResponse>;

inline std::future<Outcome> start(HttpClient& client, HttpRequest request, const Context& context = {},
                                  HttpClient::OnBody on_body = {}) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  client.send(
      std::move(request), context, [promise](Outcome outcome) { promise->set_value(std::move(outcome)); },
      std::move(on_body));
  return promise->get_future();
}

inline Outcome fetch(HttpClient& client, HttpRequest request, const Context& context = {},
                     HttpClient::OnBody on_body = {}) {
  return start(client, std::move(request), context, std::move(on_body)).get();
}

/// The HttpError of an outcome. Throws when it is a response.
inline HttpError error_of(const Outcome& outcome) {
  if (outcome) throw std::logic_error("a response with status " + std::to_string(outcome.value().status));
  try {
    std::rethrow_exception(outcome.error());
  } catch (const HttpError& error) {
    return error;
  }
}

/// The kind of the error, or `response` when there is none.
inline std::string kind_of(const Outcome& outcome) {
  return outcome ? "response" : std::string(to_string(error_of(outcome).kind()));
}

}  // namespace ember::net
