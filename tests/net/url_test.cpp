#include "net/url.hpp"

#include <gtest/gtest.h>

namespace ember::net {
namespace {

std::string where(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url->scheme + " " + url->host_and_port() : "none";
}

TEST(Url, names_host_and_port) {
  EXPECT_EQ(where("http://example.org"), "http example.org:80");
  EXPECT_EQ(where("HTTPS://Example.ORG/path?query"), "https example.org:443");
  EXPECT_EQ(where("http://h:8080?x=1"), "http h:8080");
  EXPECT_EQ(where("http://h:#f"), "http h:80");
  EXPECT_EQ(where("http://[::1]:99/"), "http [::1]:99");
  EXPECT_EQ(where("http://[FE80::1]"), "http [fe80::1]:80");
}

TEST(Url, leaves_credentials_out) {
  EXPECT_EQ(where("https://user:pass@host/"), "https host:443");
  EXPECT_EQ(where("https://user:p@ss@host:1/@"), "https host:1");
}

TEST(Url, refuses_what_is_not_http) {
  for (const char* text : {"", "host", "//host", "ftp://host", "file:///etc/passwd", "http://", "http://:80",
                           "http:///p", "http://h:0", "http://h:65536", "http://h:8x", "http://[::1",
                           "http://[::1]x", "http://a b/", "http://a\nb/", "http://a\\b/"}) {
    EXPECT_EQ(where(text), "none") << text;
  }
}

TEST(Url, knows_addresses) {
  EXPECT_TRUE(parse_url("http://127.0.0.1:1")->is_address());
  EXPECT_TRUE(parse_url("http://[::1]:1")->is_address());
  EXPECT_FALSE(parse_url("http://localhost")->is_address());
  EXPECT_FALSE(parse_url("http://1.2.3.4.example")->is_address());
}

TEST(Url, joins_with_one_slash) {
  EXPECT_EQ(join_url("http://h/v1", "chat"), "http://h/v1/chat");
  EXPECT_EQ(join_url("http://h/v1/", "/chat"), "http://h/v1/chat");
  EXPECT_EQ(join_url("http://h//", "//chat"), "http://h/chat");
  EXPECT_EQ(join_url("http://h/v1?version=2", "chat"), "http://h/v1/chat?version=2");
}

}  // namespace
}  // namespace ember::net
