// Url: the parts of an http(s) URL that messages and connections need. Full validation is the transport's
// job.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ember::net {

struct Url {
  std::string scheme{};  ///< `http` or `https`
  std::string host{};    ///< lower case; IPv6 addresses without brackets
  int port = 0;          ///< explicit or the scheme's default

  /// `host:port`, IPv6 addresses in brackets: what a message may show of a URL.
  [[nodiscard]] std::string host_and_port() const;
  /// True for an IPv4 or IPv6 address, which needs no name service.
  [[nodiscard]] bool is_address() const;
};

/// The parts of an absolute http or https URL; nothing for any other text. Credentials, path and query are
/// ignored.
std::optional<Url> parse_url(std::string_view text);

/// `base` and `path` joined by exactly one slash; a query of the base stays behind the path.
std::string join_url(std::string_view base, std::string_view path);

}  // namespace ember::net
