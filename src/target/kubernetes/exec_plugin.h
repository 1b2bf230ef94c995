// Exec plugins: programs that print credentials as an ExecCredential.
// Rules: k8s.io/client-go plugin/pkg/client/auth/exec (exec.go).
//
// Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "io/process.h"
#include "target/kubernetes/access.h"

namespace rumbo::target::kubernetes {

/// What a plugin printed: a token, a certificate with its key, or both.
struct ExecCredential {
  Secret<std::string> token;
  std::string certificate_pem;
  Secret<std::string> key_pem;
  std::optional<WallTime> expires;
};

/// The JSON in KUBERNETES_EXEC_INFO. Rumbo has no terminal to offer: `interactive` is false.
Value exec_info(const ExecPlugin& plugin, const Access& access, const std::string& ca_pem);

/// Reads what the plugin printed. Errors never show it.
Result<ExecCredential> parse_exec_credential(const ExecPlugin& plugin, std::string_view printed);

/// Runs the plugin, with `environment` and its own variables. Code::unsupported if it needs a
/// terminal (interactiveMode: Always).
Result<ExecCredential> run_exec_plugin(const Access& access, const std::string& ca_pem,
                                       const std::map<std::string, std::string>& environment,
                                       io::Process& process, const Cancel& cancel);

}  // namespace rumbo::target::kubernetes
