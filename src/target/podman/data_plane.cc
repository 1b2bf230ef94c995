#include "target/podman/data_plane.h"

#include <algorithm>

#include "base/log.h"
#include "target/podman/net/conntrack.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

/// The record as it will be once this switch took place.
void apply(Record& record, const PendingSwitch& pending) {
  if (pending.back) {
    switch_back(record, pending.txn, pending.keys);
  } else {
    switch_over(record, pending.txn, pending.keys);
  }
  record.pending.reset();
}

bool bridge_is_up(io::FileSystem& files, const std::string& bridge) {
  return files.stat("/proc/sys/net/ipv4/conf/" + bridge).has_value();
}

}  // namespace

DataPlane::DataPlane(const io::Env& env, InstallationId install, std::string boot_id,
                     RecordStore& store, const Live& live)
    : env_(env),
      install_(std::move(install)),
      boot_id_(std::move(boot_id)),
      store_(store),
      live_(live),
      nft_(env, NftOptions{.install = install_.value}),
      names_(env, install_.value) {}

DataPlane::Tables DataPlane::tables(const Record& record, const PendingSwitch& writer) const {
  const Marker marker{install_.value, writer.txn.value, record.clock, writer.epoch, writer.seq};
  const auto ready = [this](const Replica& replica) { return live_.ready(replica.name); };
  Tables out{table_of(record, marker, ready), std::nullopt};
  if (!record.addresses.networks6.empty()) {
    out.six = table_of(record, marker, ready, Family::ipv6);
  }
  return out;
}

/// The same tables but for who wrote them and when.
bool DataPlane::same_routes(Tables a, const Tables& b) {
  a.four.marker = b.four.marker;
  if (a.six && b.six) a.six->marker = b.six->marker;
  return a == b;
}

std::set<HeldPort> DataPlane::host_ports_of(const Tables& tables) {
  auto out = podman::host_ports_of(tables.four);
  if (tables.six) out.merge(podman::host_ports_of(*tables.six));
  return out;
}

bool DataPlane::empty(const Record& record) const {
  return record.addresses.virtual_range.empty() && record.networks.empty();
}

Result<> DataPlane::hold_ports(const Tables& before, const Tables& after) {
  std::set<HeldPort> wanted = host_ports_of(after);
  const std::set<HeldPort> held = ports_.held();
  for (const HeldPort& port : host_ports_of(before)) wanted.insert(port);
  for (const PortConflict& conflict : ports_.hold(env_, wanted)) {
    const bool already = held.contains(conflict.port);
    if (!already) return fail(conflict.error);
  }
  return {};
}

Result<> DataPlane::refresh_locked(bool always) {
  const auto record = store_.read();
  // Before the pods were looked at, the table of the last process knows better.
  if (empty(*record) || !live_.judged()) return {};
  if (record->pending) TRY(settle_locked());
  PendingSwitch writer;
  if (state_.applied) {
    writer.txn.value = state_.applied->four.marker.txn;
    writer.epoch = state_.applied->four.marker.epoch;
  }
  const auto now = store_.read();
  writer.seq = now->clock;
  Tables next = tables(*now, writer);
  if (!always && state_.applied && same_routes(*state_.applied, next)) return {};
  // A port somebody else took keeps nothing else from being served.
  if (auto held = hold_ports(next, next); !held) {
    log(LogLevel::warn, "podman", "{}", held.error().to_string());
  }
  TRY(nft_.apply(next.four, next.six));
  state_.applied = std::move(next);
  return {};
}

Result<> DataPlane::refresh() {
  MutexLock lock(owner_);
  return refresh_locked(false);
}

Result<bool> DataPlane::mend() {
  MutexLock lock(owner_);
  if (!state_.applied) return false;
  const Nft::State state = TRY(nft_.state());
  if (state == Nft::State::intact) return false;
  log(LogLevel::warn, "podman", "the nftables table was {} by someone else; writing it again",
      state == Nft::State::missing ? "removed" : "changed");
  TRY(refresh_locked(true));
  return true;
}

Result<bool> DataPlane::reached_kernel(const PendingSwitch& pending) {
  if (pending.boot_id != boot_id_) return false;
  const auto marker = TRY(nft_.marker());
  return marker && marker->install == install_.value && marker->txn == pending.txn.value &&
         marker->epoch == pending.epoch && marker->seq == pending.seq;
}

Result<> DataPlane::settle_locked() {
  const auto record = store_.read();
  if (!record->pending) return {};
  const PendingSwitch pending = *record->pending;
  const bool reached = TRY(reached_kernel(pending));
  return store_.change([&](Record& next) -> Result<> {
    if (reached) apply(next, pending);
    next.pending.reset();
    return {};
  });
}

Result<> DataPlane::settle() {
  MutexLock lock(owner_);
  return settle_locked();
}

Result<> DataPlane::move(PendingSwitch pending,
                         const std::function<Result<>(const Record&)>& check) {
  MutexLock lock(owner_);
  TRY(settle_locked());
  pending.boot_id = boot_id_;
  const auto before_record = store_.read();
  TRY(check(*before_record));
  Record after = *before_record;
  pending.seq = after.next();
  apply(after, pending);
  const Tables before = state_.applied.value_or(tables(*before_record, pending));
  const Tables next = tables(after, pending);
  if (auto held = hold_ports(before, next); !held) {
    // Nothing was moved; what was held for the old routes stays.
    static_cast<void>(ports_.hold(env_, host_ports_of(before)));
    return fail(std::move(held).error());
  }
  TRY(store_.change([&](Record& record) -> Result<> {
    record.clock = std::max(record.clock, pending.seq);
    record.pending = pending;
    return {};
  }));
  if (auto applied = nft_.apply(next.four, next.six); !applied) {
    const bool unknown = applied.error().retry() == Retry::unknown_outcome;
    const auto reached = unknown ? reached_kernel(pending) : Result<bool>(false);
    if (!reached) return fail(std::move(applied).error());  // settle() will tell
    if (!*reached) {
      TRY(store_.change([](Record& record) -> Result<> {
        record.pending.reset();
        return {};
      }));
      return fail(std::move(applied).error().with_retry(Retry::later));
    }
  }
  state_.applied = next;
  auto recorded = store_.change([&](Record& record) -> Result<> {
    apply(record, pending);
    return {};
  });
  // The kernel has moved, the disk has not: inspect() settles it.
  if (!recorded) return fail(std::move(recorded).error().with_retry(Retry::unknown_outcome));
  auto gone = udp_backends_gone(before.four.routes, next.four.routes);
  const std::vector<ServiceRoute> none;
  const auto gone6 =
      udp_backends_gone(before.six ? before.six->routes : none, next.six ? next.six->routes : none);
  gone.insert(gone.end(), gone6.begin(), gone6.end());
  if (gone.empty()) return {};
  if (auto forgot = forget_udp_flows(env_, gone); !forgot) {
    log(LogLevel::warn, "podman", "old UDP flows stay on the old pods: {}",
        forgot.error().to_string());
  }
  return {};
}

Result<> DataPlane::prepare_bridges() {
  MutexLock lock(owner_);
  const auto record = store_.read();
  if (empty(*record) || record->addresses.virtual_range.empty()) return {};
  std::set<std::string> up;
  for (const auto& [ns, network] : record->networks) {
    if (bridge_is_up(env_.files, network.bridge)) up.insert(network.bridge);
  }
  // Asked anew each time: a bridge goes with its last pod, and the next one has the same name.
  auto changes = TRY(prepare_host(env_, record->addresses.virtual_range, up));
  TRY(note_changes(std::move(changes)));
  if (record->addresses.networks6.empty()) return {};
  if (const auto why = no_ipv6_because(env_.files)) {
    return fail(Error(Code::unavailable,
                      "networks of this host were made with IPv6, which it lost: " + *why,
                      Retry::later)
                    .with_hint("pods that run keep IPv4; none can start before IPv6 is back"));
  }
  changes = TRY(prepare_host6(env_, virtual_range6(record->addresses), up));
  return note_changes(std::move(changes));
}

/// What is undone when nothing serves any more.
Result<> DataPlane::note_changes(std::vector<HostChange> changes) {
  const auto record = store_.read();
  std::erase_if(changes, [&](const HostChange& change) {
    return std::ranges::any_of(record->host_changes, [&](const HostChange& known) {
      return known.kind == change.kind && known.name == change.name;
    });
  });
  if (changes.empty()) return {};
  return store_.change([&](Record& next) -> Result<> {
    next.host_changes.insert(next.host_changes.end(), changes.begin(), changes.end());
    return {};
  });
}

Result<> DataPlane::publish_names(const std::vector<ServiceName>& external) {
  MutexLock lock(owner_);
  const auto record = store_.read();
  auto names = service_names(*record);
  const auto pods =
      endpoint_names(*record, [this](const Replica& pod) { return live_.ready(pod.name); });
  names.insert(names.end(), pods.begin(), pods.end());
  names.insert(names.end(), external.begin(), external.end());
  for (const auto& [ns, network] : record->networks) {
    TRY(names_.publish(network.name, ns, names));
  }
  return {};
}

Result<> DataPlane::remove() {
  MutexLock lock(owner_);
  static_cast<void>(ports_.hold(env_, {}));
  TRY(nft_.remove());
  state_ = {};
  const auto changes = store_.read()->host_changes;
  if (changes.empty()) return {};
  TRY(undo_host(env_, changes));
  return store_.change([](Record& record) -> Result<> {
    record.host_changes.clear();
    return {};
  });
}

Result<> DataPlane::look() {
  MutexLock lock(owner_);
  const auto marker = TRY(nft_.marker());
  state_.seen = marker && marker->install == install_.value;
  return {};
}

bool DataPlane::serving() const {
  MutexLock lock(owner_);
  return state_.seen || state_.applied.has_value();
}

}  // namespace rumbo::target::podman
