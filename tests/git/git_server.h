// GitServer: git's own http-backend behind a small server on the loopback.
#pragma once

#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/strings.h"
#include "io/env.h"
#include "io/fake/http_server.h"
#include "repository.h"

namespace rumbo::git_test {

using io::fake::HttpServer;

/// Serves the repositories of a folder.
class GitServer {
 public:
  explicit GitServer(std::string root)
      : root_(std::move(root)),
        server_([this](const auto& request, auto& peer) { answer(request, peer); }) {}

  std::string url(const std::string& path) const { return server_.url(path); }
  std::string authorization;               ///< wanted of every request, if set
  std::string redirect;                    ///< every request is sent there, if set
  bool version_two = true;                 ///< else as an old server: no commits by id
  bool smart = true;                       ///< else files only
  bool cut = false;                        ///< the connection breaks in the middle of a pack
  Guarded<std::vector<std::string>> seen;  ///< Authorization headers

 private:
  void answer(const HttpServer::Request& request, HttpServer::Peer& peer) {
    const auto header = [&](const char* name) {
      const auto it = request.headers.find(name);
      return it == request.headers.end() ? std::string() : it->second;
    };
    seen.with([&](auto& list) { list.push_back(header("authorization")); });
    if (!redirect.empty()) {
      peer.answer(302, "", "Location: " + redirect + request.target + "\r\n");
      return;
    }
    if (!authorization.empty() && header("authorization") != authorization) {
      peer.answer(401, "", "WWW-Authenticate: Basic realm=\"git\"\r\n");
      return;
    }
    const auto question = request.target.find('?');
    io::Command command;
    command.argv = {"git", "http-backend"};
    command.env = io::minimal_environment();
    command.env["GIT_PROJECT_ROOT"] = root_;
    command.env["GIT_HTTP_EXPORT_ALL"] = "1";
    command.env["GIT_CONFIG_NOSYSTEM"] = "1";
    command.env["GIT_CONFIG_GLOBAL"] = "/dev/null";
    command.env["PATH_INFO"] = request.target.substr(0, question);
    command.env["QUERY_STRING"] =
        question == std::string::npos || !smart ? "" : request.target.substr(question + 1);
    command.env["REQUEST_METHOD"] = request.method;
    command.env["CONTENT_TYPE"] = header("content-type");
    command.env["CONTENT_LENGTH"] = std::to_string(request.body.size());
    command.env["HTTP_CONTENT_ENCODING"] = header("content-encoding");
    if (version_two) command.env["GIT_PROTOCOL"] = header("git-protocol");
    command.input = request.body;
    const auto exit = io::real_process().run(command, {});
    const std::string out = exit ? exit->out : "";
    const auto end = out.find("\r\n\r\n");
    int status = 200;
    std::string headers;
    for (const auto line : split(std::string_view(out).substr(0, end), '\n')) {
      const auto text = trim(line);
      if (text.starts_with("Status: ")) {
        status = static_cast<int>(parse_int(text.substr(8, 3)).value_or(500));
      } else if (!text.empty() && !to_lower(text).starts_with("content-length:")) {
        headers += std::string(text) + "\r\n";
      }
    }
    const std::string body = end == std::string::npos ? "" : out.substr(end + 4);
    if (cut && body.find("PACK") != std::string::npos) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                headers + "\r\n" + body.substr(0, body.size() - 100));
      peer.close();
      return;
    }
    peer.answer(status, body, headers);
  }

  std::string root_;
  HttpServer server_;
};

}  // namespace rumbo::git_test
