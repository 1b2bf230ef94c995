// The daemon: reconciler and API in one process, until a signal ends it. A new configuration takes
// the place of the old one without a restart.
#include <atomic>
#include <malloc.h>

#include "api/metrics.h"
#include "api/server.h"
#include "api/service.h"
#include "app/build_facts.h"
#include "app/config_watch.h"
#include "app/handlers.h"
#include "app/installation.h"
#include "app/interrupt.h"
#include "app/journal_log.h"
#include "app/log_lines.h"
#include "app/paths.h"
#include "app/snapshot.h"
#include "app/tidy.h"
#include "base/guarded.h"
#include "control/local_operations.h"
#include "control/reconciler.h"

namespace rumbo::app {
namespace {

constexpr Duration kGrace = 1s;  ///< for answers under way when the daemon ends
constexpr Duration kTidyEvery = 10s;
constexpr Duration kHandover = 15s;  ///< for a verb that runs in-process to let go of the state

/// Without a daemon every verb holds the state directory while it runs, and a supervisor restarts a
/// daemon at once: so it waits for the verb instead of giving up.
Result<std::unique_ptr<Installation>> open_when_free(const InstallationOptions& options,
                                                     io::Env& env, const Cancel& stop) {
  const MonoTime until = env.clock.mono() + kHandover;
  for (bool told = false;; told = true) {
    auto installation = Installation::open(options, env);
    if (installation || installation.error().code() != Code::conflict) return installation;
    if (stop.cancelled() || env.clock.mono() >= until) return installation;
    if (!told) log(LogLevel::info, "serve", "waiting: {}", installation.error().message());
    env.sleep(100ms);
  }
}

/// Reconciler, operations and server over an installation, in the order they depend on each other.
class Daemon {
 public:
  Daemon(Installation& installation, const std::string& state, io::Env& env)
      : installation_(installation),
        reconciler_(installation.core()),
        operations_(
            installation.core(),
            {.daemon = true,
             .refresh =
                 [this](const std::vector<Scope>& scopes) {
                   asked_ = true;
                   ring();
                   reconciler_.refresh(scopes);
                 },
             .changed = [this] { reconciler_.poke(); },
             .snapshot = [&installation, state,
                          &env] { return make_snapshot(installation.journal(), state, env); },
             .config_trouble =
                 [this] { return config_trouble_.with([](const auto& now) { return now; }); }}),
        metrics_(env.files) {}

  /// Serves first, so that a long recovery can be watched; then reconciles.
  Result<> start(const std::string& state) {
    logged_ = TRY(log_.attach(installation_.journal()));
    counted_ = TRY(metrics_.attach(installation_.journal()));
    server_ = TRY(api::Server::start(
        {.socket_path = state + "/rumbo.sock"},
        api::make_handler({operations_, metrics_, std::string(build_facts().version), {}})));
    return reconciler_.start();
  }

  /// True once after somebody asked to look at the sources now.
  bool take_asked() { return asked_.exchange(false); }

  /// Why what is configured now is not in force, for `rumbo status`; empty if it is.
  void set_config_trouble(const std::string& why) {
    config_trouble_.with([&](auto& now) { now = why; });
  }

  /// Suspends open transactions; the next start takes them up again.
  void stop() {
    reconciler_.stop();
    if (server_) server_->stop(kGrace);
  }

 private:
  Installation& installation_;
  std::atomic<bool> asked_{false};
  Guarded<std::string> config_trouble_;
  control::Reconciler reconciler_;
  control::LocalOperations operations_;
  JournalLog log_;
  api::Metrics metrics_;
  std::unique_ptr<Journal::Subscription> logged_, counted_;
  std::unique_ptr<api::Server> server_;
};

/// In the log, and in the journal, which is where people look who were not there.
void tell(Installation& installation, const Error& trouble, bool refused) {
  const std::string message = describe_trouble(trouble, refused);
  log(LogLevel::error, "serve", "{}", message);
  const auto noted = installation.core().note(
      refused ? "config-refused" : "config-trouble", {},
      Value::object({{"message", message}, {"hint", trouble.hint()}}), {"automation"});
  if (!noted) log(LogLevel::error, "serve", "{}", noted.error().to_string());
}

/// The configuration that a daemon ran with, and what was wrong with the next.
struct Proven {
  std::optional<LoadedConfig> config;
  std::optional<Error> failed;
};

/// Runs the daemon until a signal ends it (then nothing is returned) or a new configuration is
/// there. `proven` is set to the one it runs with. Pods serve on between two runs; what is open is
/// suspended and taken up by the next.
Result<std::optional<LoadedConfig>> run_until_changed(const InstallationOptions& options,
                                                      ConfigWatch& watch, Proven& proven,
                                                      io::Env& env) {
  const Cancel& stop = interrupt();
  auto installation = TRY(open_when_free(options, env, stop));
  installation->set_drain(Duration(0));
  std::optional<LoadedConfig> next;
  Daemon daemon(*installation, options.state, env);
  TRY(daemon.start(options.state));
  proven.config = installation->loaded();
  TRY(keep(env.files, options.state, *proven.config));
  if (!options.loaded) watch.running(*proven.config);
  if (const auto failed = std::exchange(proven.failed, std::nullopt)) {
    tell(*installation, *failed, true);
    watch.failed(*failed);
    daemon.set_config_trouble(watch.trouble());
  }
  log(LogLevel::info, "serve", "ready: {} applications of {}, API on {}/rumbo.sock",
      proven.config->config.applications.size(), proven.config->origin, options.state);
  // What was kept of a repository may be old.
  MonoTime look = watch.place().in_git() && !options.loaded
                      ? env.clock.mono()
                      : env.clock.mono() + watch.place().interval();
  Tidy tidy;
  while (!stop.cancelled() && !next) {
    rest(std::min<Duration>(look - env.clock.mono(), kTidyEvery));
    tidy.look(env.clock.mono());
    const bool asked = take_hangup() | daemon.take_asked();
    if (!asked && env.clock.mono() < look) continue;
    ConfigNews news = watch.look(installation->source(), asked, stop);
    look = env.clock.mono() + watch.place().interval();
    if (news.trouble) tell(*installation, *news.trouble, news.refused);
    daemon.set_config_trouble(watch.trouble());
    next = std::move(news.config);
  }
  log(LogLevel::info, "serve", "{}",
      next ? "a new configuration, " + next->origin + ": open transactions go on under it"
           : "stopping: open transactions are suspended");
  daemon.stop();
  return next;
}

}  // namespace

Result<int> run_serve(Session& session) {
  // A heap for each of the many threads, which rest most of the time, keeps twice the memory.
  ::mallopt(M_ARENA_MAX, 2);
  const Invocation& asked = session.invocation();
  if (asked.has("listen")) {
    return fail(Error(Code::unsupported,
                      "--listen is not available: there is no authentication "
                      "on the network yet")
                    .with_hint("the daemon serves STATE/rumbo.sock, for its own user and root"));
  }
  const LogFormat format = TRY(log_format_from(asked.value("log-format")));
  log_to(session.streams(), format, session.clock(),
         session.verbose() ? LogLevel::debug
         : session.quiet() ? LogLevel::warn
                           : LogLevel::info);
  take_hangup();
  InstallationOptions options;
  options.state = session.state_directory();
  options.config = asked.value("config");
  options.credentials = asked.value("config-credentials");
  options.daemon = true;
  ConfigWatch watch(session.env().files,
                    TRY(ConfigPlace::find(session.env().files, options.config, options.credentials,
                                          options.state)));
  Proven proven;
  while (true) {
    auto next = run_until_changed(options, watch, proven, session.env());
    if (!next && proven.config) {
      log(LogLevel::error, "serve", "the new configuration does not work, the old one goes on: {}",
          next.error().to_string());
      proven.failed = std::move(next).error();
      options.loaded = std::exchange(proven.config, std::nullopt);
      continue;
    }
    options.loaded = TRY(std::move(next));
    if (!options.loaded) break;
  }
  log(LogLevel::info, "serve", "stopped");
  return kOk;
}

}  // namespace rumbo::app
