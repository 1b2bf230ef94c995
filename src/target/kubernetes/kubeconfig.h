// Kubeconfig: the files kubectl reads, as they are written, and how several become one.
// Rules: k8s.io/client-go tools/clientcmd (loader.go, api/v1).
//
// Threads: plain values; every function may be called from any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/value.h"

namespace rumbo::target::kubernetes {

/// A program that prints credentials: client.authentication.k8s.io.
struct ExecPlugin {
  std::string api_version;  ///< of the group above: "v1" or "v1beta1"
  std::string command;      ///< looked up in PATH if it has no slash
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;  ///< besides Rumbo's own environment
  std::string interactive_mode;                          ///< "Never", "IfAvailable" or "Always"
  std::string install_hint;
  bool provide_cluster_info = false;
  Location where;
};

struct KubeCluster {
  std::string server, tls_server_name;
  std::string ca_file, ca_pem;
  bool insecure = false;
  Secret<std::string> proxy_url;
  Value exec_config;  ///< extension client.authentication.k8s.io/exec
  Location where;
};

struct KubeUser {
  std::string certificate_file, certificate_pem, key_file;
  Secret<std::string> key_pem;
  Secret<std::string> token;
  std::string token_file;  ///< wins over `token`
  std::string username;
  Secret<std::string> password;
  std::optional<ExecPlugin> exec;
  std::string as, as_uid;
  std::vector<std::string> as_groups;
  std::map<std::string, std::vector<std::string>> as_extra;
  Location where;
};

struct KubeContext {
  std::string cluster, user, ns;
  Location where;
};

struct Kubeconfig {
  std::map<std::string, KubeCluster> clusters;
  std::map<std::string, KubeUser> users;
  std::map<std::string, KubeContext> contexts;
  std::string current_context;
  std::vector<std::string> files;  ///< what it was read from, for messages
};

/// Reads one file's text. `file` names it in errors; relative paths in it are taken relative to its
/// directory. Unknown fields are left alone, as kubectl does. Errors: Code::invalid with place.
Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& file);

/// Adds what `more` has under names that `into` has not: the first file to name a cluster, user,
/// context or current context wins.
void merge_into(Kubeconfig& into, const Kubeconfig& more);

}  // namespace rumbo::target::kubernetes
