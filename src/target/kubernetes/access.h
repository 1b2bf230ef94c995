// Access: how to reach one cluster and as whom: a kubeconfig's context, or the pod's own account.
// Rules: k8s.io/client-go tools/clientcmd (client_config.go, loader.go) and rest (config.go).
//
// Threads: plain values; every function may be called from any thread.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "io/filesystem.h"
#include "target/kubernetes/kubeconfig.h"

namespace rumbo::target::kubernetes {

struct Access {
  std::string server;  ///< "https://host:6443/prefix", without a slash at its end
  std::string ns;      ///< the context's namespace; empty: none
  std::string origin;  ///< "context prod of /home/anna/.kube/config", for messages
  KubeCluster cluster;
  KubeUser user;
};

struct AccessOptions {
  std::string kubeconfig;  ///< this file and no other; empty: KUBECONFIG, else ~/.kube/config
  std::string context;     ///< empty: the current one
  /// Whether the kubeconfig may name programs to run; not for files that tenants supply.
  bool allow_exec = true;
  std::map<std::string, std::string> environment;  ///< KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST
};

/// Reads and merges the files, and takes the context. Without any file, the account of the pod
/// this runs in. Errors: Code::not_found, Code::invalid with place and hint.
Result<Access> find_access(io::FileSystem& files, const AccessOptions& options);

/// One context of a kubeconfig.
Result<Access> access_of(const Kubeconfig& config, const std::string& context, bool allow_exec);

/// KUBERNETES_SERVICE_HOST and _PORT, and what is mounted under
/// /var/run/secrets/kubernetes.io/serviceaccount. Code::not_found outside a cluster.
Result<Access> in_cluster_access(io::FileSystem& files,
                                 const std::map<std::string, std::string>& environment);

}  // namespace rumbo::target::kubernetes
