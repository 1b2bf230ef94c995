#include "source/git_runner.h"

#include <cstdlib>

#include "base/strings.h"
#include "source/git_errors.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxFile = 16ull << 20;

/// Answers git's question from the file or the variable named in the environment: the secret itself
/// is in no argument or log. "user:password", or a token alone (its user name is then free).
constexpr std::string_view kHelper =
    "!f() { test \"$1\" = get || exit 0; line=$RUMBO_GIT_SECRET; test -n \"$line\" || "
    "IFS= read -r line < \"$RUMBO_GIT_CREDENTIALS\" || "
    "test -n \"$line\" || exit 1; line=${line%\"$(printf '\\r')\"}; case $line in "
    "*:*) printf 'username=%s\\npassword=%s\\n' \"${line%%:*}\" \"${line#*:}\";; "
    "*) printf 'username=git\\npassword=%s\\n' \"$line\";; esac; }; f";

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : value;
}

/// For the shell that git starts ssh with.
std::string shell_quoted(const std::string& text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

/// ssh that asks nobody anything and trusts no host it was not told of. Without a key of its own
/// the user's agent and configuration count.
std::string ssh_command(const GitSpec* spec) {
  std::string ssh =
      "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no"
      " -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ClearAllForwardings=yes"
      " -o ForwardAgent=no -o PermitLocalCommand=no -o ControlPath=none";
  if (spec == nullptr) return ssh;
  if (!spec->known_hosts_file.empty()) {
    ssh += " -o GlobalKnownHostsFile=/dev/null -o " +
           shell_quoted("UserKnownHostsFile=\"" + spec->known_hosts_file + "\"");
  }
  if (!spec->credentials_file.empty()) {
    ssh += " -F none -o IdentityAgent=none -o IdentitiesOnly=yes -i " +
           shell_quoted(spec->credentials_file);
  }
  return ssh;
}

/// How to reach the network is the machine's to say; all else is not inherited.
void add_proxies(std::map<std::string, std::string>& env, const GitSpec* spec) {
  if (spec != nullptr && !spec->proxy.empty()) {
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy"}) env[name] = spec->proxy;
    return;
  }
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy",
                           "https_proxy", "all_proxy", "no_proxy"}) {
    if (const char* value = std::getenv(name)) env[name] = value;
  }
}

std::map<std::string, std::string> environment(const GitRunner::Call& call) {
  auto env = io::minimal_environment();
  env["LC_ALL"] = "C.UTF-8";
  env["GIT_CONFIG_NOSYSTEM"] = "1";
  env["GIT_CONFIG_GLOBAL"] = "/dev/null";
  env["GIT_TERMINAL_PROMPT"] = "0";
  env["GIT_NO_REPLACE_OBJECTS"] = "1";
  env["GIT_ALLOW_PROTOCOL"] = "http:https:ssh:git:file";
  if (!call.directory.empty()) env["GIT_DIR"] = call.directory;
  for (const auto& [name, value] : call.env) env[name] = value;
  if (!call.remote) return env;
  add_proxies(env, call.spec);
  if (call.remote->scheme == "ssh") {
    for (const char* name : {"SSH_AUTH_SOCK", "HOME"}) {
      if (const char* value = std::getenv(name)) env[name] = value;
    }
    env["GIT_SSH_COMMAND"] = ssh_command(call.spec);
  } else if (call.spec && !call.spec->credentials_file.empty()) {
    env["RUMBO_GIT_CREDENTIALS"] = call.spec->credentials_file;
  } else if (call.spec && !call.spec->credentials_env.empty()) {
    env["RUMBO_GIT_SECRET"] = variable(call.spec->credentials_env);
  }
  return env;
}

std::vector<std::string> arguments(const GitRunner::Call& call) {
  std::vector<std::string> argv{"git"};
  if (call.max_file > 0) {
    // A pack is one file: the kernel ends whoever writes more.
    argv = {"prlimit", "--fsize=" + std::to_string(call.max_file), "--", "git"};
  }
  const auto set = [&](std::string setting) {
    argv.emplace_back("-c");
    argv.push_back(std::move(setting));
  };
  set("core.hooksPath=/dev/null");
  set("core.fsmonitor=false");
  set("gc.auto=0");
  set("maintenance.auto=false");
  set("fetch.unpackLimit=1");  // packs arrive whole or not at all; loose objects one by one
  set("fetch.recurseSubmodules=false");
  set("credential.helper=");
  set("core.askPass=");
  if (call.remote && !call.remote->scope.empty()) {
    set("http.lowSpeedLimit=1");
    set("http.lowSpeedTime=60");
    if (call.spec && !call.spec->ca_file.empty()) set("http.sslCAInfo=" + call.spec->ca_file);
    if (call.spec &&
        (!call.spec->credentials_file.empty() || !call.spec->credentials_env.empty())) {
      // Bound to the host: a redirect elsewhere must not carry them along.
      set("credential." + call.remote->scope + ".helper=" + std::string(kHelper));
    }
  }
  argv.insert(argv.end(), call.words.begin(), call.words.end());
  return argv;
}

}  // namespace

Result<> GitRunner::check_file(const std::string& file, const char* what, const char* hint) const {
  if (file.empty()) return {};
  auto text = env_.files.read_all(file, kMaxFile);
  if (!text) return fail(std::move(text).error().with_context(what));
  if (!trim(*text).empty()) return {};
  return fail(Error(Code::invalid, std::string(what) + " `" + printable(file) + "` is empty")
                  .with_hint(hint));
}

/// ssh and git would fail on each of these with less to say.
Result<> GitRunner::check(const GitSpec& spec, const GitUrl& url) const {
  const bool ssh = url.scheme == "ssh";
  TRY(check_file(spec.credentials_file, "the credentials file",
                 ssh ? "put the private key there" : "write `user:password` or a token into it"));
  TRY(check_file(spec.ca_file, "the CA file", ""));
  TRY(check_file(spec.known_hosts_file, "the known hosts file",
                 "`ssh-keyscan HOST` prints its lines; compare the keys before you trust them"));
  if (ssh && !spec.credentials_file.empty()) {
    const auto info = TRY(env_.files.stat(spec.credentials_file));
    if (!info.symlink && (info.mode & 077u) != 0) {
      return fail(Error(Code::denied, "the private key `" + printable(spec.credentials_file) +
                                          "` is open to other users")
                      .with_hint("chmod 600 " + printable(spec.credentials_file)));
    }
  }
  if (spec.credentials_env.empty()) return {};
  if (ssh) {
    return fail(Error(Code::invalid, "a private key cannot come from an environment variable")
                    .with_hint("name its file as credentials.file"));
  }
  if (variable(spec.credentials_env).empty()) {
    return fail(Error(Code::not_found, "the environment variable `" +
                                           printable(spec.credentials_env, 128) +
                                           "` with the credentials is not set")
                    .with_hint("set it for the process of Rumbo, or use credentials.file"));
  }
  return {};
}

Result<io::Exit> GitRunner::try_run(const Call& call, const Cancel& cancel) const {
  if (call.spec && call.remote) TRY(check(*call.spec, *call.remote));
  io::Command command;
  command.argv = arguments(call);
  command.env = environment(call);
  command.input = call.input;
  command.max_output = call.max_output;
  return env_.process.run(command, cancel.with_deadline(env_.clock.mono() + call.timeout));
}

Result<std::string> GitRunner::run(const Call& call, const Cancel& cancel) const {
  auto exit = TRY(try_run(call, cancel));
  if (exit.status != 0) return fail(git_error(exit.err));
  return std::move(exit.out);
}

}  // namespace rumbo::source
