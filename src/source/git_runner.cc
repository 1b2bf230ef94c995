#include "source/git_runner.h"

#include <cstdlib>

#include "base/strings.h"
#include "source/git_errors.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxCredentials = 64 * 1024;

/// Answers git's question from the file named in the environment: the secret itself is in no
/// argument, variable or log. "user:password", or a token alone (its user name is then free).
constexpr std::string_view kHelper =
    "!f() { test \"$1\" = get || exit 0; IFS= read -r line < \"$RUMBO_GIT_CREDENTIALS\" || "
    "test -n \"$line\" || exit 1; line=${line%\"$(printf '\\r')\"}; case $line in "
    "*:*) printf 'username=%s\\npassword=%s\\n' \"${line%%:*}\" \"${line#*:}\";; "
    "*) printf 'username=git\\npassword=%s\\n' \"$line\";; esac; }; f";

/// For the shell that git starts ssh with.
std::string shell_quoted(const std::string& text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
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
  if (!call.remote) return env;
  // How to reach the network is the machine's to say; all else is not inherited.
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy",
                           "https_proxy", "all_proxy", "no_proxy", "SSH_AUTH_SOCK"}) {
    if (const char* value = std::getenv(name)) env[name] = value;
  }
  if (call.remote->scheme == "ssh") {
    std::string ssh = "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15";
    if (call.spec && !call.spec->credentials_file.empty()) {
      ssh += " -o IdentitiesOnly=yes -i " + shell_quoted(call.spec->credentials_file);
    }
    env["GIT_SSH_COMMAND"] = ssh;
  } else if (call.spec && !call.spec->credentials_file.empty()) {
    env["RUMBO_GIT_CREDENTIALS"] = call.spec->credentials_file;
  }
  return env;
}

std::vector<std::string> arguments(const GitRunner::Call& call) {
  std::vector<std::string> argv{"git"};
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
    if (call.spec && !call.spec->credentials_file.empty()) {
      // Bound to the host: a redirect elsewhere must not carry them along.
      set("credential." + call.remote->scope + ".helper=" + std::string(kHelper));
    }
  }
  argv.insert(argv.end(), call.words.begin(), call.words.end());
  return argv;
}

}  // namespace

Result<> GitRunner::check_files(const GitSpec& spec) const {
  for (const auto* file : {&spec.credentials_file, &spec.ca_file}) {
    if (file->empty()) continue;
    const bool secret = file == &spec.credentials_file;
    const char* what = secret ? "the credentials file" : "the CA file";
    auto text = env_.files.read_all(*file, secret ? kMaxCredentials : 16ull << 20);
    if (!text) return fail(std::move(text).error().with_context(what));
    if (trim(*text).empty()) {
      return fail(Error(Code::invalid, std::string(what) + " `" + printable(*file) + "` is empty")
                      .with_hint(secret ? "write `user:password` or a token into it" : ""));
    }
  }
  return {};
}

Result<io::Exit> GitRunner::try_run(const Call& call, const Cancel& cancel) const {
  if (call.spec) TRY(check_files(*call.spec));
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
