// Servers that charts come from: a folder over HTTP, a folder over HTTPS with an authority of its
// own, and docker-registry.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "io/env.h"
#include "io/fake/http_server.h"
#include "model/source.h"

namespace rumbo::charts_test {

/// A temporary folder, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  /// Writes a file below it; returns its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

/// A packed chart with one ConfigMap.
std::string packed_chart(const std::string& name, const std::string& version,
                         const std::string& word = "hello");

/// Files over HTTP.
class FileServer {
 public:
  FileServer();
  std::string url(const std::string& path = "") const { return server_.url(path); }
  void set(const std::string& path, const std::string& body);
  void redirect(const std::string& path, const std::string& url);
  /// Wanted of every request, if not empty: "Basic …".
  Guarded<std::string> authorization;
  /// "GET /path" and its Authorization header.
  struct Seen {
    std::string request, authorization;
    bool not_modified = false;
  };
  std::vector<Seen> seen() const { return seen_.copy(); }

 private:
  void answer(const io::fake::HttpServer::Request& request, io::fake::HttpServer::Peer& peer);

  Guarded<std::map<std::string, std::string>> files_, redirects_;
  Guarded<std::vector<Seen>> seen_;
  io::fake::HttpServer server_;
};

/// Files of a folder over HTTPS, by `openssl s_server`.
class TlsServer {
 public:
  explicit TlsServer(const Folder& folder);
  std::string url(const std::string& path = "") const;
  const std::string& ca_file() const { return ca_file_; }
  bool running() const { return child_ != nullptr; }

 private:
  std::string ca_file_;
  int port_ = 0;
  std::unique_ptr<io::Child> child_;
};

/// docker-registry on the loopback; with a user it wants "me:hidden".
class Registry {
 public:
  Registry(const Folder& folder, bool with_user);
  /// False if the program is not installed.
  bool running() const { return child_ != nullptr; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  /// As `helm push`: config, chart and, if there is one, provenance. Returns the manifest's digest.
  std::string push(const std::string& repository, const std::string& tag,
                   const std::string& archive, const std::string& provenance = "") const;

 private:
  io::HttpResponse send(const std::string& method, const std::string& url, const std::string& type,
                        const std::string& body) const;
  std::string push_blob(const std::string& repository, const std::string& bytes) const;

  int port_ = 0;
  bool with_user_;
  std::unique_ptr<io::Child> child_;
};

/// A chart at a version.
ChartSpec chart_spec(const std::string& repo, const std::string& version = "");

/// Runs a program to its end; its output.
io::Exit run(const std::vector<std::string>& argv,
             const std::map<std::string, std::string>& env = {}, const std::string& input = {});

}  // namespace rumbo::charts_test
