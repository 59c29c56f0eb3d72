// LoopbackClient: one blocking connection that shows what came over the wire, errors included.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ember::simulate {

/// One response as it was received.
struct Received {
  int status = 0;
  /// Names in lower case.
  std::map<std::string, std::string> headers{};
  /// Decoded when it came in chunks.
  std::string body{};
  /// The announced end was reached.
  bool is_complete = false;
  /// The connection was reset.
  bool is_reset = false;
  /// Reads that it took: the pieces in which the kernel handed it over.
  int reads = 0;
};

class LoopbackClient {
 public:
  /// Connects. Throws std::runtime_error when that fails; reads give up after 30 s.
  explicit LoopbackClient(std::uint16_t port);
  ~LoopbackClient();
  LoopbackClient(const LoopbackClient&) = delete;
  LoopbackClient& operator=(const LoopbackClient&) = delete;

  void send(std::string_view bytes) const;
  /// Sends the request, with a Content-Length when there is a body.
  void send_request(std::string_view method, std::string_view target, std::string_view body = {},
                    std::string_view more_headers = {}) const;
  /// Reads one response.
  Received receive();
  /// True when the server closed the connection.
  bool is_closed();
  /// Closes this side.
  void close();

 private:
  bool read_more(Received& received);
  bool read_until(Received& received, std::size_t size);
  void read_head(Received& received);
  void read_chunks(Received& received);

  int descriptor_;
  std::string input_;
};

/// A chat completion request body for one user message.
std::string chat_body(const std::string& model, const std::string& prompt, bool is_stream = false);

/// Connects, sends the chat request, receives the response.
Received chat(std::uint16_t port, const std::string& model, const std::string& prompt,
              bool is_stream = false);

/// The text of a stream's deltas. Throws when an event is not what a chat stream has.
std::string text_of_stream(const std::string& body);

}  // namespace ember::simulate
