// The daemon: reconciler and API in one process, until a signal ends it.
#include <malloc.h>

#include "api/metrics.h"
#include "api/server.h"
#include "api/service.h"
#include "app/build_facts.h"
#include "app/handlers.h"
#include "app/installation.h"
#include "app/interrupt.h"
#include "app/log_lines.h"
#include "control/local_operations.h"
#include "control/reconciler.h"

namespace rumbo::app {
namespace {

constexpr Duration kGrace = 1s;      ///< for answers under way when the daemon ends
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
  Daemon(Installation& installation, io::Env& env)
      : installation_(installation),
        reconciler_(installation.core()),
        operations_(
            installation.core(),
            {.daemon = true,
             .refresh = [this](const std::vector<Scope>& scopes) { reconciler_.refresh(scopes); },
             .changed = [this] { reconciler_.poke(); }}),
        metrics_(env.files) {}

  /// Serves first, so that a long recovery can be watched; then reconciles.
  Result<> start(const std::string& state) {
    subscription_ = TRY(metrics_.attach(installation_.journal()));
    server_ = TRY(api::Server::start(
        {.socket_path = state + "/rumbo.sock"},
        api::make_handler({operations_, metrics_, std::string(build_facts().version), {}})));
    return reconciler_.start();
  }

  /// Suspends open transactions; the next start takes them up again.
  void stop() {
    reconciler_.stop();
    if (server_) server_->stop(kGrace);
  }

 private:
  Installation& installation_;
  control::Reconciler reconciler_;
  control::LocalOperations operations_;
  api::Metrics metrics_;
  std::unique_ptr<Journal::Subscription> subscription_;
  std::unique_ptr<api::Server> server_;
};

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
  const Cancel& stop = interrupt();
  const std::string state = session.state_directory();

  auto installation =
      TRY(open_when_free({state, asked.value("config"), Need::act}, session.env(), stop));
  installation->set_drain(Duration(0));
  {
    Daemon daemon(*installation, session.env());
    TRY(daemon.start(state));
    log(LogLevel::info, "serve", "ready: {} applications, API on {}/rumbo.sock",
        installation->core().config().applications.size(), state);
    while (!stop.cancelled()) session.env().sleep(50ms);
    log(LogLevel::info, "serve", "stopping: open transactions are suspended");
    daemon.stop();
  }
  installation.reset();
  log(LogLevel::info, "serve", "stopped");
  return kOk;
}

}  // namespace rumbo::app
