// Kubeconfigs and what exec plugins print: never crashes, and errors never repeat what may be
// secret.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "target/kubernetes/access.h"
#include "target/kubernetes/exec_plugin.h"

using namespace rumbo;
using namespace rumbo::target::kubernetes;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = parse_kubeconfig(text, "/home/anna/.kube/config");
  if (config) {
    Kubeconfig merged = *config;
    merge_into(merged, *config);
    if (merged.contexts.size() != config->contexts.size()) std::abort();
    for (const auto& [name, context] : config->contexts) {
      const auto access = access_of(*config, name, true);
      if (!access) continue;
      if (access->server.find("://") == std::string::npos) std::abort();
      if (access->user.exec) {
        (void)exec_info(*access->user.exec, *access, "");
        const auto printed = parse_exec_credential(*access->user.exec, text);
        if (printed && printed->token.reveal().empty() && printed->certificate_pem.empty()) {
          std::abort();
        }
      }
    }
  } else if (config.error().to_string().size() > 16 * 1024) {
    std::abort();
  }
  const ExecPlugin plugin{.api_version = "v1",
                          .command = "login",
                          .args = {},
                          .env = {},
                          .interactive_mode = "Never",
                          .install_hint = {},
                          .provide_cluster_info = false,
                          .where = {}};
  (void)parse_exec_credential(plugin, text);
  return 0;
}
