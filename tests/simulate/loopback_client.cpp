#include "simulate/loopback_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <ember/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace ember::simulate {

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

LoopbackClient::LoopbackClient(std::uint16_t port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof address);
  if (::connect(descriptor_, &generic, sizeof address) != 0) {
    close();
    throw std::runtime_error(std::string("can not connect: ") + std::strerror(errno));
  }
}

LoopbackClient::~LoopbackClient() {
  close();
}

void LoopbackClient::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void LoopbackClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) throw std::runtime_error(std::string("can not send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void LoopbackClient::send_request(std::string_view method, std::string_view target, std::string_view body,
                                  std::string_view more_headers) const {
  std::string request = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  send(request + std::string(more_headers) + "\r\n" + std::string(body));
}

bool LoopbackClient::read_more(Received& received) {
  std::array<char, 65536> bytes{};
  const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count < 0 && errno == EAGAIN) throw std::runtime_error("the server sent nothing for 30 s");
  received.is_reset = count < 0 && errno == ECONNRESET;
  if (count <= 0) return false;
  ++received.reads;
  input_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool LoopbackClient::read_until(Received& received, std::size_t size) {
  while (input_.size() < size) {
    if (!read_more(received)) return false;
  }
  return true;
}

void LoopbackClient::read_head(Received& received) {
  std::size_t end = 0;
  while ((end = input_.find(end_of_head)) == std::string::npos) {
    if (!read_more(received)) return;
  }
  std::istringstream lines(input_.substr(0, end));
  input_.erase(0, end + end_of_head.size());
  std::string line;
  std::getline(lines, line);
  received.status = std::stoi(line.substr(line.find(' ')));
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(": ");
    std::string value = line.substr(colon + 2);
    if (value.ends_with('\r')) value.pop_back();
    received.headers[lower(line.substr(0, colon))] = value;
  }
}

void LoopbackClient::read_chunks(Received& received) {
  for (;;) {
    std::size_t end = 0;
    while ((end = input_.find("\r\n")) == std::string::npos) {
      if (!read_more(received)) return;
    }
    const std::size_t size = std::stoul(input_.substr(0, end), nullptr, 16);
    input_.erase(0, end + 2);
    const bool is_whole = read_until(received, size + 2);
    received.body += input_.substr(0, size);
    input_.erase(0, size + 2);
    if (!is_whole) return;
    if (size == 0) {
      received.is_complete = true;
      return;
    }
  }
}

Received LoopbackClient::receive() {
  Received received;
  do {
    received.headers.clear();
    received.status = 0;
    read_head(received);
  } while (received.status == 100);
  if (received.status == 0) return received;
  if (received.headers.count("transfer-encoding") > 0) {
    read_chunks(received);
  } else if (const auto length = received.headers.find("content-length"); length != received.headers.end()) {
    const std::size_t size = std::stoul(length->second);
    received.is_complete = read_until(received, size);
    received.body = input_.substr(0, size);
    input_.erase(0, received.body.size());
  } else {
    while (read_more(received)) continue;
    received.body = std::move(input_);
    received.is_complete = !received.is_reset;
  }
  return received;
}

bool LoopbackClient::is_closed() {
  Received ignored;
  return input_.empty() && !read_more(ignored);
}

std::string chat_body(const std::string& model, const std::string& prompt, bool is_stream) {
  const Value message = {{"role", "user"}, {"content", prompt}};
  return to_json({{"model", model}, {"messages", list({message})}, {"stream", is_stream}});
}

Received chat(std::uint16_t port, const std::string& model, const std::string& prompt, bool is_stream) {
  LoopbackClient client(port);
  client.send_request("POST", "/v1/chat/completions", chat_body(model, prompt, is_stream));
  return client.receive();
}

std::string text_of_stream(const std::string& body) {
  std::string text;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line == "data: [DONE]") continue;
    const Value chunk = parse_json(line.substr(6));
    text += chunk["choices"][0]["delta"].get("content", "").string();
  }
  return text;
}

}  // namespace ember::simulate
