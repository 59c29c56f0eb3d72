// Certificates and HTTP/2, against real servers: `openssl s_server` and, where installed, `nghttpd`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "net/fetch.hpp"
#include "net/http_client.hpp"
#include "support/child_process.hpp"
#include "support/raw_server.hpp"

namespace ember::net {
namespace {

using ember::testing::ChildProcess;
using ember::testing::closed_port;
using ember::testing::has_program;
using ::testing::HasSubstr;

// A folder with a fresh key and a certificate for 127.0.0.1 that nobody else has signed.
class HttpTls : public ::testing::Test {
 protected:
  void SetUp() override {
    unsetenv("SSL_CERT_FILE");
    if (!has_program("openssl")) GTEST_SKIP() << "needs the openssl command";
    std::string name = (std::filesystem::temp_directory_path() / "ember-tls-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    ChildProcess request({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                          "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=ember test",
                          "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key(), "-out", certificate()});
    ASSERT_EQ(request.wait(), 0);
  }

  void TearDown() override {
    unsetenv("SSL_CERT_FILE");
    server_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string key() const { return (folder_ / "key.pem").string(); }
  [[nodiscard]] std::string certificate() const { return (folder_ / "certificate.pem").string(); }

  void start_openssl() {
    server_ = std::make_unique<ChildProcess>(std::vector<std::string>{
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key", key(), "-cert", certificate()});
    const std::string line = server_->wait_for_line("ACCEPT");
    port_ = line.substr(line.rfind(':') + 1);
  }

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + port_ + "/";
  }

  std::filesystem::path folder_;
  std::unique_ptr<ChildProcess> server_;
  std::string port_;
};

TEST_F(HttpTls, refuses_a_certificate_that_nobody_trusts) {
  start_openssl();
  HttpClient client;
  const HttpError error = error_of(fetch(client, {.url = url()}));
  EXPECT_EQ(error.kind(), HttpErrorKind::tls);
  EXPECT_THAT(error.what(), HasSubstr("no secure connection to 127.0.0.1:" + port_));
  EXPECT_THAT(error.what(), HasSubstr("self-signed certificate"));
  EXPECT_FALSE(error.is_transient());
}

TEST_F(HttpTls, takes_a_certificate_of_the_given_file) {
  start_openssl();
  HttpClient client({.ca_file = certificate()});
  EXPECT_EQ(fetch(client, {.url = url()}).value().status, 200);
}

TEST_F(HttpTls, takes_a_certificate_of_the_environment) {
  start_openssl();
  setenv("SSL_CERT_FILE", certificate().c_str(), 1);
  HttpClient client;
  EXPECT_EQ(fetch(client, {.url = url()}).value().status, 200);
}

TEST_F(HttpTls, refuses_a_certificate_for_another_host) {
  start_openssl();
  HttpClient client({.ca_file = certificate()});
  EXPECT_EQ(kind_of(fetch(client, {.url = url("localhost")})), "tls");
}

TEST_F(HttpTls, names_a_file_of_certificates_that_is_not_there) {
  start_openssl();
  HttpClient client({.ca_file = "/no/such/file.pem"});
  const HttpError error = error_of(fetch(client, {.url = url()}));
  EXPECT_EQ(error.kind(), HttpErrorKind::tls);
  EXPECT_THAT(error.what(), HasSubstr("/no/such/file.pem"));
}

TEST_F(HttpTls, shares_one_connection_over_http2) {
  if (!has_program("nghttpd")) GTEST_SKIP() << "needs nghttpd (Debian package nghttp2-server)";
  std::ofstream(folder_ / "answer") << "over two";
  port_ = std::to_string(closed_port());
  server_ = std::make_unique<ChildProcess>(std::vector<std::string>{
      "nghttpd", "-a", "127.0.0.1", "-d", folder_.string(), port_, key(), certificate()});
  HttpClient client({.ca_file = certificate()});
  while (kind_of(fetch(client, {.url = url() + "answer"})) ==
         "connect") {  // It keeps to itself when it listens.
  }
  const std::size_t before = client.stats().connections;
  std::vector<std::future<Outcome>> outcomes;
  for (int i = 0; i < 50; ++i) outcomes.push_back(start(client, {.url = url() + "answer"}));
  for (auto& outcome : outcomes) EXPECT_EQ(outcome.get().value().body, "over two");
  EXPECT_EQ(client.stats().connections, before);
}

}  // namespace
}  // namespace ember::net
