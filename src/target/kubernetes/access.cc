#include "target/kubernetes/access.h"

#include <fmt/core.h>

#include "base/strings.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::string_view kAccount = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::uint64_t kMaxFile = 8ull << 20;
constexpr std::size_t kMaxFiles = 64;

std::string variable(const std::map<std::string, std::string>& environment,
                     const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// The names there are, for a hint.
template <class T>
std::string known(const std::map<std::string, T>& things, std::string_view wanted) {
  std::vector<std::string_view> names;
  for (const auto& [name, thing] : things) names.push_back(name);
  if (const auto near = closest(wanted, names); !near.empty()) {
    return "did you mean `" + std::string(near) + "`?";
  }
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < 10; ++i) {
    out += (i == 0 ? "there are: " : ", ") + printable(names[i], 64);
  }
  return out.empty() ? "there is none" : out;
}

/// As client-go completes it: https where anything says TLS, http else.
std::string complete_server(const KubeCluster& cluster) {
  std::string server = cluster.server;
  if (server.find("://") == std::string::npos) {
    const bool tls = cluster.insecure || !cluster.ca_file.empty() || !cluster.ca_pem.empty() ||
                     !cluster.tls_server_name.empty();
    server = (tls ? "https://" : "http://") + server;
  }
  while (server.ends_with('/')) server.pop_back();
  return server;
}

Result<> check_user(const KubeUser& user, bool allow_exec) {
  if (user.exec && !allow_exec) {
    return fail(Error(Code::denied, "this kubeconfig may not name programs to run (exec)")
                    .at(user.exec->where)
                    .with_hint("use a token or a certificate"));
  }
  const bool certificate = !user.certificate_file.empty() || !user.certificate_pem.empty();
  const bool key = !user.key_file.empty() || !user.key_pem.reveal().empty();
  if (certificate != key) {
    return fail(Error(Code::invalid, certificate ? "client-certificate needs its client-key"
                                                 : "client-key needs its client-certificate")
                    .at(user.where));
  }
  return {};
}

Result<Kubeconfig> read_file(io::FileSystem& files, const std::string& path) {
  const std::string text = TRY(files.read_all(path, kMaxFile));
  return parse_kubeconfig(text, path);
}

std::vector<std::string> listed_files(const AccessOptions& options) {
  std::vector<std::string> out;
  const std::string list = variable(options.environment, "KUBECONFIG");  // outlives its parts
  for (const auto path : split(list, ':')) {
    if (!path.empty() && out.size() < kMaxFiles) out.emplace_back(path);
  }
  const std::string home = variable(options.environment, "HOME");
  if (out.empty() && !home.empty()) out.push_back(home + "/.kube/config");
  return out;
}

}  // namespace

Result<Access> access_of(const Kubeconfig& config, const std::string& context, bool allow_exec) {
  const std::string files = join(config.files, ", ");
  const std::string name = context.empty() ? config.current_context : context;
  if (name.empty()) {
    return fail(Error(Code::invalid, files + ": no current-context is set")
                    .with_hint("name the context: " + known(config.contexts, "")));
  }
  const auto found = config.contexts.find(name);
  if (found == config.contexts.end()) {
    return fail(
        Error(Code::not_found, files + ": no context is named `" + printable(name, 128) + "`")
            .with_hint(known(config.contexts, name)));
  }
  Access out;
  out.ns = found->second.ns;
  out.origin = fmt::format("context {} of {}", printable(name, 128), files);
  const auto cluster = config.clusters.find(found->second.cluster);
  if (cluster == config.clusters.end()) {
    return fail(Error(Code::not_found,
                      "no cluster is named `" + printable(found->second.cluster, 128) + "`")
                    .at(found->second.where)
                    .with_hint(known(config.clusters, found->second.cluster)));
  }
  out.cluster = cluster->second;
  if (out.cluster.server.empty()) {
    return fail(Error(Code::invalid, "the cluster names no `server`").at(out.cluster.where));
  }
  out.server = complete_server(out.cluster);
  if (!found->second.user.empty()) {
    const auto user = config.users.find(found->second.user);
    if (user == config.users.end()) {
      return fail(
          Error(Code::not_found, "no user is named `" + printable(found->second.user, 128) + "`")
              .at(found->second.where)
              .with_hint(known(config.users, found->second.user)));
    }
    out.user = user->second;
  }
  TRY(check_user(out.user, allow_exec));
  return out;
}

Result<Access> in_cluster_access(io::FileSystem& files,
                                 const std::map<std::string, std::string>& environment) {
  const std::string host = variable(environment, "KUBERNETES_SERVICE_HOST");
  const std::string port = variable(environment, "KUBERNETES_SERVICE_PORT");
  const std::string account(kAccount);
  if (host.empty() || port.empty()) {
    return fail(Error(Code::not_found, "there is no kubeconfig, and this is no pod of a cluster")
                    .with_hint("name a kubeconfig, or set KUBECONFIG"));
  }
  Access out;
  out.origin = "the account of this pod";
  const bool six = host.find(':') != std::string::npos;
  out.server = "https://" + (six ? "[" + host + "]" : host) + ":" + port;
  out.cluster.server = out.server;
  out.cluster.ca_file = account + "/ca.crt";
  out.user.token_file = account + "/token";
  if (const auto ns = files.read_all(account + "/namespace", 4096)) out.ns = trim(*ns);
  return out;
}

Result<Access> find_access(io::FileSystem& files, const AccessOptions& options) {
  if (!options.kubeconfig.empty()) {
    const Kubeconfig config = TRY(read_file(files, options.kubeconfig));
    return access_of(config, options.context, options.allow_exec);
  }
  Kubeconfig all;
  for (const std::string& path : listed_files(options)) {
    auto one = read_file(files, path);
    if (one) {
      merge_into(all, *one);
    } else if (one.error().code() != Code::not_found) {
      return fail(std::move(one).error());
    }
  }
  if (all.files.empty()) return in_cluster_access(files, options.environment);
  return access_of(all, options.context, options.allow_exec);
}

}  // namespace rumbo::target::kubernetes
