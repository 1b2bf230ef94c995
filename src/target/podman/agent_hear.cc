// What the agent hears, so that it need not look: the kernel's notices about this machine's
// network, and Podman's events; and what it does about the data plane then.
#include <algorithm>

#include "base/log.h"
#include "io/resolve.h"
#include "target/podman/agent.h"
#include "target/podman/pods.h"

namespace rumbo::target::podman {
namespace {

// Nets below the listeners: what makes no noise, or was missed, is found all the same.
constexpr Duration kServeEvery = 10s;
constexpr Duration kMendWhenDeaf = 5s;
constexpr Duration kMendWhenHeard = 60s;
constexpr Duration kServeAgain = 1s;  // after trouble
constexpr Duration kListenAgain = 1s;
constexpr Duration kResolveWithin = 10s;
constexpr Duration kLongestWait = 1h;

/// Deaths are heard by pidfd; these make no noise in a process.
const Filters& wanted_events() {
  static const Filters wanted = {{"type", {"container", "volume"}}, {"event", {"remove", "start"}}};
  return wanted;
}

}  // namespace

void Agent::guard_host() {
  while (!ending_) {
    const HostWatch::Heard heard = host_->wait(kLongestWait);
    if (ending_) return;
    if (heard.ruleset) {
      if (auto mended = parts_.plane.mend(); !mended) {
        log(LogLevel::warn, "podman", "{}", mended.error().to_string());
      }
    }
    if (!heard.links && !heard.names) continue;
    serve_asked_ = true;
    deaths_.wake();
  }
}

void Agent::hear_podman() {
  while (!ending_) {
    hears_podman_ = true;
    const auto ended = parts_.client.events(
        std::nullopt, wanted_events(),
        [this](const Value& event) {
          hear(event);
          return !ending_;
        },
        cancel_);
    hears_podman_ = false;
    if (ending_) return;
    if (!ended) log(LogLevel::info, "podman", "{}", ended.error().to_string());
    wake();  // what happened meanwhile was not heard
    pause_.wait(kListenAgain);
  }
}

/// Podman tells of every container of this machine, with its labels, and of volumes by name.
void Agent::hear(const Value& event) {
  const Value& actor = event["Actor"];
  if (event["Type"].as_string() == "container") {
    if (actor["Attributes"][kInstallLabel].as_string() == parts_.install.value) wake();
    return;
  }
  std::string volume = actor["ID"].str();
  if (volume.empty()) volume = actor["Attributes"]["name"].str();
  const auto record = parts_.store.read();
  for (const auto& [key, thing] : record->current) {
    if (key.kind != "PersistentVolumeClaim") continue;
    if (volume_prefix(parts_.install, key.ns) + key.name != volume) continue;
    parts_.watchers.tell({TargetEvent::Kind::changed, key});
  }
}

/// The addresses behind ExternalName Services. Who is due is asked aside: a resolver takes its
/// time.
std::vector<ServiceName> Agent::external_names(const Record& record, MonoTime now) {
  ExternalNames::Answer answer = external_.names(record, now);
  serve_due_ = std::min(serve_due_, answer.due);
  for (const std::string& host : answer.ask) {
    resolvers_->run([this, host] {
      const Cancel limit = cancel_.with_deadline(parts_.env.clock.mono() + kResolveWithin);
      external_.learn(host, io::resolve_ipv4(parts_.env.process, host, limit),
                      parts_.env.clock.mono());
    });
  }
  return std::move(answer.names);
}

/// The table, this machine's settings and the names say what the record and the pods say. Done when
/// one of them changed, or something of the machine did, and now and then.
void Agent::serve(const std::shared_ptr<const Record>& record, MonoTime now) {
  const bool asked = serve_asked_.exchange(false);
  if (asked || record != served_ || now >= serve_due_) {
    served_ = record;
    serve_due_ = now + kServeEvery;
    const auto told = [&](const Result<>& done) REQUIRES(round_) {
      if (done) return;
      log(LogLevel::warn, "podman", "{}", done.error().to_string());
      serve_due_ = now + kServeAgain;
    };
    told(parts_.plane.prepare_bridges());
    told(parts_.plane.refresh());
    told(parts_.plane.publish_names(external_names(*record, now)));
    if (auto swept = parts_.networks.sweep(cancel_); !swept) {
      log(LogLevel::info, "podman", "an unused network stays: {}", swept.error().to_string());
      serve_due_ = now + kServeAgain;
    }
  }
  if (now < mend_due_) return;
  mend_due_ = now + (hears_ruleset_ ? kMendWhenHeard : kMendWhenDeaf);
  if (auto done = parts_.plane.mend(); !done) {
    log(LogLevel::warn, "podman", "{}", done.error().to_string());
  }
}

}  // namespace rumbo::target::podman
