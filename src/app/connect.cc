#include "app/connect.h"

#include <atomic>
#include <thread>

#include "api/remote_operations.h"
#include "app/installation.h"
#include "app/interrupt.h"
#include "app/snapshot.h"
#include "control/local_operations.h"

namespace rumbo::app {
namespace {

constexpr Duration kPatience = 3s;  ///< for another verb that holds the directory for a moment

std::string socket_of(const std::string& state) {
  return state + "/rumbo.sock";
}

/// True if a process holds STATE/lock.
Result<bool> held(io::Env& env, const std::string& state) {
  const std::string path = state + "/lock";
  if (!env.files.stat(path)) return false;
  const auto file = env.files.open(path, {.write = true});
  if (!file) {
    Error error = file.error();
    return fail(error.code() == Code::denied
                    ? std::move(error).with_hint("run it as the user who owns the state directory, "
                                                 "or name one of your own with --state")
                    : std::move(error));
  }
  return !TRY((*file)->try_lock());
}

/// Destroyed after the operations over it.
struct Owner {
  std::unique_ptr<Installation> installation;
};

/// Operations over an installation of its own. Ctrl-C suspends its transactions.
class InProcess : private Owner, public control::LocalOperations {
 public:
  InProcess(std::unique_ptr<Installation> opened, std::string state, io::Env& env)
      : Owner{std::move(opened)},
        LocalOperations(
            installation->core(),
            {.snapshot = [this, state = std::move(state),
                          &env] { return make_snapshot(installation->journal(), state, env); }}),
        watcher_([this] { watch(); }) {}
  ~InProcess() override {
    done_ = true;
    watcher_.join();
  }

 private:
  void watch() {
    const Cancel& stop = interrupt();
    while (!done_) {
      if (stop.cancelled()) {
        installation->core().suspend();
        return;
      }
      std::this_thread::sleep_for(20ms);
    }
  }

  std::atomic<bool> done_{false};
  std::thread watcher_;
};

}  // namespace

bool daemon_answers(io::Env& env, const std::string& state) {
  if (!env.files.stat(socket_of(state))) return false;
  io::HttpRequest request;
  request.url = "http://rumbo/healthz";
  request.unix_socket = socket_of(state);
  request.connect_timeout = 1s;
  const auto response =
      env.http.send(request, Cancel().with_deadline(env.clock.mono() + Duration(2s)));
  return response && response->status < 500;
}

Result<std::unique_ptr<control::Operations>> connect(const Session& session, Need need) {
  io::Env& env = session.env();
  const std::string state = session.state_directory();
  const MonoTime until = env.clock.mono() + kPatience;
  while (true) {
    const bool over = env.clock.mono() >= until;
    if (TRY(held(env, state))) {
      if (daemon_answers(env, state)) {
        return std::make_unique<api::RemoteOperations>(env.http, socket_of(state));
      }
      if (over) {
        return fail(
            Error(Code::conflict, "another process works in `" + state +
                                      "` and does not "
                                      "answer on " +
                                      socket_of(state))
                .with_hint("wait until it ends, or look for it with `fuser " + state + "/lock`"));
      }
      env.sleep(100ms);
      continue;
    }
    auto opened =
        Installation::open({.state = state,
                            .config = session.invocation().value("config"),
                            .need = need,
                            .credentials = session.invocation().value("config-credentials")},
                           env);
    // A daemon that starts just now was faster: it is asked instead.
    if (!opened && opened.error().code() == Code::conflict && !over) {
      env.sleep(100ms);
      continue;
    }
    if (!opened) return fail(std::move(opened).error());
    if (need == Need::act) TRY(keep(env.files, state, (*opened)->loaded()));
    return std::make_unique<InProcess>(std::move(*opened), state, env);
  }
}

}  // namespace rumbo::app
