#include "net/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace ember::net {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Splits `host[:port]` or `[host][:port]`; false when it is neither.
bool take_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!port.empty() && port.front() != ':') return false;
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, colon));
    port = authority.substr(colon);
  }
  const auto is_forbidden = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '\\'; };
  if (url.host.empty() || std::any_of(url.host.begin(), url.host.end(), is_forbidden)) return false;
  if (port.size() <= 1) return true;  // Absent or a bare colon: the default.
  port.remove_prefix(1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), url.port);
  return parsed.ec == std::errc{} && parsed.ptr == port.data() + port.size() && url.port > 0 &&
         url.port <= 65535;
}

}  // namespace

std::string Url::host_and_port() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Url::is_address() const {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
}

std::optional<Url> parse_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  url.port = url.scheme == "http" ? 80 : 443;
  std::string_view authority = text.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  if (!take_authority(authority, url)) return std::nullopt;
  return url;
}

std::string join_url(std::string_view base, std::string_view path) {
  const std::size_t query = std::min(base.find_first_of("?#"), base.size());
  std::string_view front = base.substr(0, query);
  while (front.ends_with('/')) front.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  std::string result(front);
  result += '/';
  result += path;
  result += base.substr(query);
  return result;
}

}  // namespace ember::net
