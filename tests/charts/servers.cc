#include "servers.h"

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/tar_maker.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/password.h"

namespace rumbo::charts_test {
namespace {

using std::chrono_literals::operator""ms;

constexpr const char* kUser = "me";
constexpr const char* kPassword = "hidden";

/// A port nobody listens on now.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool answers(int port) {
  for (int i = 0; i < 200; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool up = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (up) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

std::unique_ptr<io::Child> start(const std::vector<std::string>& argv, const std::string& directory,
                                 int port) {
  io::Command command;
  command.argv = argv;
  command.env = io::minimal_environment();
  command.directory = directory;
  auto child = io::real_process().start(command, directory + "/log");
  if (!child || !answers(port)) return nullptr;
  return *std::move(child);
}

}  // namespace

io::Exit run(const std::vector<std::string>& argv, const std::map<std::string, std::string>& env,
             const std::string& input) {
  io::Command command;
  command.argv = argv;
  command.env = io::minimal_environment();
  for (const auto& [name, value] : env) command.env[name] = value;
  command.input = input;
  auto exit = io::real_process().run(command, {});
  return exit ? *exit : io::Exit{127, "", exit.error().to_string()};
}

ChartSpec chart_spec(const std::string& repo, const std::string& version) {
  ChartSpec spec;
  spec.repo = repo;
  spec.chart = "web";
  spec.version = version;
  return spec;
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "rumbo-charts-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  const std::string path = path_ + "/" + name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string packed_chart(const std::string& name, const std::string& version,
                         const std::string& word) {
  const auto entry = [&](const std::string& file, const std::string& text) {
    return codec::tar_entry(name + "/" + file, text);
  };
  return codec::stored_gzip(
      entry("Chart.yaml",
            "apiVersion: v2\nname: " + name + "\nversion: " + version + "\nappVersion: \"7\"\n") +
      entry("values.yaml", "word: " + word + "\n") + entry("values-prod.yaml", "word: prod\n") +
      entry("templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-" + name +
                "}\ndata: {word: {{ .Values.word }}}\n") +
      codec::tar_end());
}

// ---- FileServer

FileServer::FileServer()
    : server_([this](const auto& request, auto& peer) { answer(request, peer); }) {}

void FileServer::set(const std::string& path, const std::string& body) {
  files_.with([&](auto& all) { all[path] = body; });
}

void FileServer::redirect(const std::string& path, const std::string& url) {
  redirects_.with([&](auto& all) { all[path] = url; });
}

void FileServer::answer(const io::fake::HttpServer::Request& request,
                        io::fake::HttpServer::Peer& peer) {
  const auto header = [&](const char* name) {
    const auto it = request.headers.find(name);
    return it == request.headers.end() ? std::string() : it->second;
  };
  Seen note{request.method + " " + request.target, header("authorization")};
  const std::string wanted = authorization.copy();
  const auto files = files_.copy();
  const auto file = files.find(request.target);
  const std::string etag = file == files.end() ? "" : "\"" + crypto::sha256(file->second) + "\"";
  note.not_modified = !etag.empty() && header("if-none-match") == etag;
  seen_.with([&](auto& all) { all.push_back(note); });
  if (!wanted.empty() && note.authorization != wanted) {
    peer.answer(401, "", "WWW-Authenticate: Basic realm=\"charts\"\r\n");
    return;
  }
  const auto redirects = redirects_.copy();
  if (const auto elsewhere = redirects.find(request.target); elsewhere != redirects.end()) {
    peer.answer(302, "", "Location: " + elsewhere->second + "\r\n");
  } else if (file == files.end()) {
    peer.answer(404, "no such file");
  } else if (note.not_modified) {
    peer.answer(304, "", "ETag: " + etag + "\r\n");
  } else {
    peer.answer(200, file->second, "ETag: " + etag + "\r\n");
  }
}

// ---- TlsServer

TlsServer::TlsServer(const Folder& folder) {
  if (run({"openssl", "version"}).status != 0) return;
  const std::string key = crypto::make_private_key(crypto::KeyKind::ecdsa_p256).value();
  crypto::CertificateRequest request;
  request.common_name = "localhost";
  request.ips = {crypto::parse_ip("127.0.0.1")};
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(io::real_env().clock.wall().since_epoch)
          .count();
  request.not_before = now - 3600;
  request.not_after = now + 86'400;
  request.serial = std::string(16, '\1');
  request.authority = true;
  const std::string certificate = crypto::make_certificate(request, key, {}).value();
  ca_file_ = folder.write("tls.pem", certificate);
  folder.write("tls.key", key);
  port_ = free_port();
  child_ = start({"openssl", "s_server", "-quiet", "-WWW", "-accept",
                  "127.0.0.1:" + std::to_string(port_), "-cert", "tls.pem", "-key", "tls.key"},
                 folder.path(), port_);
}

std::string TlsServer::url(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(port_) + "/" + path;
}

// ---- Registry

Registry::Registry(const Folder& folder, bool with_user) : with_user_(with_user) {
  if (!std::filesystem::exists("/usr/bin/docker-registry")) return;
  port_ = free_port();
  const std::string place = folder.path() + "/registry";
  std::string config =
      "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " + place +
      "/data}}\nhttp: {addr: \"" + host() + "\"}\n";
  if (with_user) {
    const std::array<std::uint8_t, 16> salt{1, 2, 3};
    folder.write("registry/users",
                 std::string(kUser) + ":" +
                     replace_all(crypto::bcrypt(kPassword, 4, salt), "$2a$", "$2y$") + "\n");
    config += "auth: {htpasswd: {realm: charts, path: " + place + "/users}}\n";
  }
  const std::string file = folder.write("registry/config.yml", config);
  child_ = start({"docker-registry", "serve", file}, place, port_);
}

io::HttpResponse Registry::send(const std::string& method, const std::string& url,
                                const std::string& type, const std::string& body) const {
  io::HttpRequest request;
  request.method = method;
  request.url = url;
  request.body = body;
  if (!type.empty()) request.headers.emplace_back("Content-Type", type);
  if (with_user_) {
    request.user = kUser;
    request.password = Secret<std::string>(kPassword);
  }
  if (!request.url.starts_with("http")) request.url = "http://" + host() + request.url;
  auto response = io::real_http().send(request, {});
  EXPECT_TRUE(response) << response.error().to_string();
  return response ? *response : io::HttpResponse{};
}

std::string Registry::push_blob(const std::string& repository, const std::string& bytes) const {
  const auto begun = send("POST", "/v2/" + repository + "/blobs/uploads/", "", "");
  EXPECT_EQ(begun.status, 202);
  std::string place;
  for (const auto& [name, value] : begun.headers) {
    if (name == "location") place = value;
  }
  const std::string digest = crypto::sha256(bytes);
  const auto done =
      send("PUT", place + (place.find('?') == place.npos ? "?" : "&") + "digest=" + digest,
           "application/octet-stream", bytes);
  EXPECT_EQ(done.status, 201) << done.body;
  return digest;
}

std::string Registry::push(const std::string& repository, const std::string& tag,
                           const std::string& archive, const std::string& provenance) const {
  const auto layer = [&](const char* type, const std::string& bytes) {
    return Value::object(
        {{"mediaType", type}, {"digest", push_blob(repository, bytes)}, {"size", bytes.size()}});
  };
  const Value config = layer("application/vnd.cncf.helm.config.v1+json", "{\"name\":\"web\"}");
  std::vector<Value> layers{layer("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)};
  if (!provenance.empty()) {
    layers.push_back(layer("application/vnd.cncf.helm.chart.provenance.v1.prov", provenance));
  }
  constexpr const char* kType = "application/vnd.oci.image.manifest.v1+json";
  const std::string manifest = codec::to_json(Value::object({{"schemaVersion", 2},
                                                             {"mediaType", kType},
                                                             {"config", config},
                                                             {"layers", Value::array(layers)}}));
  const auto done = send("PUT", "/v2/" + repository + "/manifests/" + tag, kType, manifest);
  EXPECT_EQ(done.status, 201) << done.body;
  return crypto::sha256(manifest);
}

}  // namespace rumbo::charts_test
