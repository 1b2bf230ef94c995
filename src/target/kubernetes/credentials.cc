#include "target/kubernetes/credentials.h"

#include "base/guarded.h"
#include "base/strings.h"
#include "codec/base64.h"
#include "io/url_escape.h"
#include "target/kubernetes/exec_plugin.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kTokenFileAge = 1min;
constexpr Duration kCertificateFileAge = 5min;
constexpr Duration kLeeway = 10s;  // credentials are renewed this long before they expire
constexpr Duration kRefusedPause = 10s;
constexpr Duration kPluginTime = 2min;
constexpr std::uint64_t kMaxFile = 1ull << 20;

using Headers = std::vector<std::pair<std::string, std::string>>;

void add_impersonation(const KubeUser& user, Headers& headers) {
  if (user.as.empty()) return;
  headers.emplace_back("Impersonate-User", user.as);
  if (!user.as_uid.empty()) headers.emplace_back("Impersonate-Uid", user.as_uid);
  for (const std::string& group : user.as_groups) headers.emplace_back("Impersonate-Group", group);
  for (const auto& [name, values] : user.as_extra) {
    for (const std::string& value : values) {
      headers.emplace_back("Impersonate-Extra-" + io::url_escape(name), value);
    }
  }
}

bool same_tls(const io::PoolTls& a, const io::PoolTls& b) {
  return a.authorities_pem == b.authorities_pem && a.certificate_pem == b.certificate_pem &&
         a.key_pem.reveal() == b.key_pem.reveal();
}

}  // namespace

struct Credentials::State {
  Mutex mutex;
  Condition done;
  std::shared_ptr<const Credential> current GUARDED_BY(mutex);
  MonoTime renew_at GUARDED_BY(mutex){};
  std::optional<WallTime> expires GUARDED_BY(mutex);
  std::optional<MonoTime> refused_at GUARDED_BY(mutex);
  bool renewing GUARDED_BY(mutex) = false;

  // The renewing thread's own.
  std::optional<ExecCredential> plugin;  ///< what it gave, while that holds
  std::optional<MonoTime> certificates_read;
  bool plugin_refused GUARDED_BY(mutex) = false;
};

Credentials::Credentials(Access access, io::Env env, std::map<std::string, std::string> environment)
    : access_(std::move(access)),
      env_(env),
      environment_(std::move(environment)),
      state_(std::make_unique<State>()) {}
Credentials::~Credentials() = default;

Result<std::string> Credentials::file(const std::string& path, const char* what) {
  auto text = env_.files.read_all(path, kMaxFile);
  if (text) return text;
  return fail(std::move(text).error().with_context(std::string("reading the ") + what + " of " +
                                                   access_.origin));
}

Result<Credential> Credentials::renew(const Credential& before, const Cancel& cancel) {
  const KubeCluster& cluster = access_.cluster;
  const KubeUser& user = access_.user;
  const bool first = before.serial == 0;
  const MonoTime now = env_.clock.mono();
  Credential out;
  out.tls = before.tls;
  out.tls.server_name = cluster.tls_server_name;
  out.tls.check_certificate = !cluster.insecure;
  // Files that were read before and cannot be read now are about to be replaced: the old holds on.
  const auto keep = [&](Result<std::string> text, std::string& into) -> Result<> {
    if (text) {
      into = *std::move(text);
    } else if (first) {
      return fail(std::move(text).error());
    }
    return {};
  };
  const bool files_due =
      !state_->certificates_read || now - *state_->certificates_read >= kCertificateFileAge;
  out.tls.authorities_pem = cluster.ca_pem.empty() ? before.tls.authorities_pem : cluster.ca_pem;
  if (cluster.ca_pem.empty() && !cluster.ca_file.empty() && files_due) {
    TRY(keep(file(cluster.ca_file, "certificate authority"), out.tls.authorities_pem));
  }
  if (!user.certificate_pem.empty()) out.tls.certificate_pem = user.certificate_pem;
  if (!user.key_pem.reveal().empty()) out.tls.key_pem = user.key_pem;
  if (files_due && user.certificate_pem.empty() && !user.certificate_file.empty()) {
    TRY(keep(file(user.certificate_file, "client certificate"), out.tls.certificate_pem));
  }
  if (files_due && user.key_pem.reveal().empty() && !user.key_file.empty()) {
    std::string key = before.tls.key_pem.reveal();
    TRY(keep(file(user.key_file, "client key"), key));
    out.tls.key_pem = Secret<std::string>(std::move(key));
  }
  if (files_due) state_->certificates_read = now;

  std::string token = user.token.reveal();
  if (!user.token_file.empty()) {
    for (const auto& [name, value] : before.headers) {
      if (name == "Authorization") token = value.substr(std::string_view("Bearer ").size());
    }
    const std::string held = token;
    TRY(keep(file(user.token_file, "token"), token));
    token = trim(token);
    // Without it the server would take the request for anybody's.
    if (token.empty() && first) {
      return fail(Error(Code::denied, "the token file `" + user.token_file + "` of " +
                                          access_.origin + " is empty")
                      .with_hint("put a token into it, or name another file as `tokenFile`"));
    }
    if (token.empty()) token = held;  // it is being written
  }
  if (user.exec) {
    const std::optional<ExecCredential>& held = state_->plugin;
    const bool holds = held && (!held->expires || held->expires->since_epoch - kLeeway >
                                                      env_.clock.wall().since_epoch);
    if (!holds) {
      state_->plugin = TRY(run_exec_plugin(access_, out.tls.authorities_pem, environment_,
                                           env_.process, cancel.with_deadline(now + kPluginTime)));
    }
    token = state_->plugin->token.reveal();
    out.tls.certificate_pem = state_->plugin->certificate_pem;
    out.tls.key_pem = state_->plugin->key_pem;
  }
  if (!token.empty()) {
    out.headers.emplace_back("Authorization", "Bearer " + token);
  } else if (!user.username.empty()) {
    out.headers.emplace_back(
        "Authorization",
        "Basic " + codec::base64_encode(user.username + ":" + user.password.reveal()));
  }
  add_impersonation(user, out.headers);
  out.tls_serial = before.tls_serial + (first || !same_tls(out.tls, before.tls) ? 1 : 0);
  out.serial = before.serial +
               (out.headers != before.headers || out.tls_serial != before.tls_serial ? 1 : 0);
  return out;
}

Result<std::shared_ptr<const Credential>> Credentials::current(const Cancel& cancel) {
  State& state = *state_;
  std::shared_ptr<const Credential> before;
  {
    MutexLock lock(state.mutex);
    const auto due = [&]() REQUIRES(state.mutex) {
      if (!state.current || env_.clock.mono() >= state.renew_at) return true;
      return state.expires && env_.clock.wall().since_epoch + kLeeway >= state.expires->since_epoch;
    };
    while (due() && state.renewing) {
      TRY(cancel.check(env_.clock.mono()));
      state.done.wait_for(state.mutex, std::chrono::milliseconds(50));
    }
    if (!due()) return state.current;
    state.renewing = true;
    before = state.current;
    if (std::exchange(state.plugin_refused, false)) state.plugin.reset();
  }
  auto renewed = renew(before ? *before : Credential(), cancel);
  MutexLock lock(state.mutex);
  state.renewing = false;
  state.done.notify_all();
  if (!renewed) return fail(std::move(renewed).error());
  state.current = std::make_shared<const Credential>(*std::move(renewed));
  state.renew_at =
      env_.clock.mono() + (access_.user.token_file.empty() ? kCertificateFileAge : kTokenFileAge);
  state.expires = state.plugin ? state.plugin->expires : std::nullopt;
  return state.current;
}

bool Credentials::refused(std::uint64_t serial) {
  if (access_.user.token_file.empty() && !access_.user.exec &&
      access_.user.certificate_file.empty()) {
    return false;
  }
  MutexLock lock(state_->mutex);
  const MonoTime now = env_.clock.mono();
  if (state_->current && state_->current->serial != serial) return true;  // renewed meanwhile
  if (state_->refused_at && now - *state_->refused_at < kRefusedPause) return false;
  state_->refused_at = now;
  state_->renew_at = now;
  state_->plugin_refused = true;
  return true;
}

}  // namespace rumbo::target::kubernetes
