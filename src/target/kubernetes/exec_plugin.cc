#include "target/kubernetes/exec_plugin.h"

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::uint64_t kMaxOutput = 1ull << 20;
constexpr std::size_t kMaxWords = 500;

std::string api_version(const ExecPlugin& plugin) {
  return "client.authentication.k8s.io/" + plugin.api_version;
}

tl::unexpected<Error> broken(const ExecPlugin& plugin, const std::string& why) {
  return fail(Error(Code::denied, "the exec plugin " + plugin.command + " " + why, Retry::later)
                  .at(plugin.where));
}

}  // namespace

Value exec_info(const ExecPlugin& plugin, const Access& access, const std::string& ca_pem) {
  Value spec = Value::object({{"interactive", false}});
  if (plugin.provide_cluster_info) {
    Value cluster = Value::object({{"server", access.server}});
    const KubeCluster& from = access.cluster;
    if (!from.tls_server_name.empty()) {
      cluster = cluster.with("tls-server-name", from.tls_server_name);
    }
    if (from.insecure) cluster = cluster.with("insecure-skip-tls-verify", true);
    if (!ca_pem.empty()) {
      cluster = cluster.with("certificate-authority-data", codec::base64_encode(ca_pem));
    }
    if (!from.proxy_url.reveal().empty()) {
      cluster = cluster.with("proxy-url", from.proxy_url.reveal());
    }
    if (!from.exec_config.is_null()) cluster = cluster.with("config", from.exec_config);
    spec = spec.with("cluster", cluster);
  }
  return Value::object(
      {{"apiVersion", api_version(plugin)}, {"kind", "ExecCredential"}, {"spec", spec}});
}

Result<ExecCredential> parse_exec_credential(const ExecPlugin& plugin, std::string_view printed) {
  const auto answer = codec::parse_json(printed, {.max_bytes = kMaxOutput, .max_depth = 32});
  if (!answer) return broken(plugin, "printed no JSON");
  if ((*answer)["kind"].as_string() != "ExecCredential") {
    return broken(plugin, "printed no ExecCredential");
  }
  if ((*answer)["apiVersion"].as_string() != api_version(plugin)) {
    return broken(plugin, "printed apiVersion `" +
                              printable((*answer)["apiVersion"].as_string(), 128) + "`, not " +
                              api_version(plugin));
  }
  const Value& status = (*answer)["status"];
  ExecCredential out;
  out.token = Secret<std::string>(status["token"].str());
  out.certificate_pem = status["clientCertificateData"].str();
  out.key_pem = Secret<std::string>(status["clientKeyData"].str());
  if (out.certificate_pem.empty() != out.key_pem.reveal().empty()) {
    return broken(plugin, "printed a certificate without key, or a key without certificate");
  }
  if (out.token.reveal().empty() && out.certificate_pem.empty()) {
    return broken(plugin, "printed neither token nor certificate");
  }
  if (const Value& time = status["expirationTimestamp"]; time.is_string()) {
    out.expires = from_rfc3339(time.as_string());
    if (!out.expires) return broken(plugin, "printed an expirationTimestamp that is no time");
  }
  return out;
}

Result<ExecCredential> run_exec_plugin(const Access& access, const std::string& ca_pem,
                                       const std::map<std::string, std::string>& environment,
                                       io::Process& process, const Cancel& cancel) {
  const ExecPlugin& plugin = *access.user.exec;
  if (plugin.interactive_mode == "Always") {
    return fail(Error(Code::unsupported, "the exec plugin " + plugin.command +
                                             " needs a terminal (interactiveMode: Always)")
                    .at(plugin.where)
                    .with_hint("give Rumbo an account with a token or a certificate"));
  }
  io::Command command;
  command.argv = {plugin.command};
  command.argv.insert(command.argv.end(), plugin.args.begin(), plugin.args.end());
  command.env = environment;
  for (const auto& [name, value] : plugin.env) command.env[name] = value;
  command.env["KUBERNETES_EXEC_INFO"] = codec::to_json(exec_info(plugin, access, ca_pem));
  command.max_output = kMaxOutput;
  const auto exit = process.run(command, cancel);
  if (!exit) {
    Error error = Error(exit.error()).with_context("running the exec plugin").at(plugin.where);
    if (error.code() == Code::not_found && !plugin.install_hint.empty()) {
      return fail(std::move(error).with_hint(printable(plugin.install_hint, kMaxWords)));
    }
    return fail(std::move(error));
  }
  if (exit->status != 0) {
    return broken(plugin, "failed with status " + std::to_string(exit->status) + ": " +
                              printable(trim(exit->err), kMaxWords));
  }
  return parse_exec_credential(plugin, exit->out);
}

}  // namespace rumbo::target::kubernetes
