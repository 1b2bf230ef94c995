#include "target/kubernetes/kubernetes_target.h"

#include "target/kubernetes/comparison.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr int kMostInFlight = 32;
constexpr Duration kQuietFor = 3h;  ///< between safety looks; the watch tells the rest
/// After a write its pods are not asked what keeps them: most are just starting.
constexpr Duration kPodsUntold = 1s;
constexpr std::size_t kMostRemembered = 200'000;

}  // namespace

Capabilities kubernetes_capabilities() {
  static const auto kComparison = std::make_shared<const OwnershipComparison>();
  Capabilities out;
  out.server_dry_run = true;
  out.needs_mirror = true;
  out.max_in_flight = kMostInFlight;
  out.hook_kinds = {"*"};
  out.comparison = kComparison;
  out.quiet_for = kQuietFor;
  return out;
}

KubernetesTarget::Parts::Parts(KubernetesOptions settings, std::unique_ptr<Transport> link,
                               Clock& time, std::function<void(Duration)> wait)
    : options(std::move(settings)),
      transport(std::move(link)),
      clock(time),
      sleep(std::move(wait)),
      client(*transport, clock, sleep),
      discovery(client, clock),
      access(client, clock) {}

KubernetesTarget::KubernetesTarget(KubernetesOptions options, std::unique_ptr<Transport> transport,
                                   Clock& clock, std::function<void(Duration)> sleep)
    : parts_(std::make_shared<Parts>(std::move(options), std::move(transport), clock,
                                     std::move(sleep))) {}

KubernetesTarget::~KubernetesTarget() = default;

Capabilities KubernetesTarget::capabilities() const {
  return kubernetes_capabilities();
}

/// The uid of kube-system: it is made with the cluster and lives as long.
Result<std::string> KubernetesTarget::identity(const Cancel& cancel) {
  const auto found = TRY(parts_->read({"", "Namespace", "", "kube-system"}, Read::cached, cancel));
  if (!found) return fail(Code::not_found, "the cluster has no namespace kube-system");
  return (*found)["metadata"]["uid"].str();
}

Result<std::string> KubernetesTarget::incarnation(const Cancel&) {
  return std::string("cluster");  // a cluster does not restart as one
}

Result<std::optional<bool>> KubernetesTarget::namespaced(const std::string& group,
                                                         const std::string& kind,
                                                         const Cancel& cancel) {
  const auto found = parts_->discovery.find(group, "", kind, cancel);
  if (found) return std::optional(found->namespaced);
  if (found.error().failure == ApiFailure::not_served) return std::optional<bool>();
  return fail(Error(found.error()));
}

Result<> KubernetesTarget::release(const TxnId&, const Fence&, const Cancel&) {
  return {};  // prepare() only asks
}

/// A cluster has no record of its own to mend: what is there is told, and accepted by the caller.
Result<std::vector<Owned>> KubernetesTarget::remedy(Remedy remedy, const std::vector<ObjectKey>&,
                                                    const Cancel& cancel) {
  switch (remedy) {
    case Remedy::from_target:
      return list_owned(parts_->options.install, cancel);
    case Remedy::adopt:
    case Remedy::forget:
      return std::vector<Owned>();
    case Remedy::recreate_volume:
      break;
  }
  return fail(Error(Code::unsupported, "volumes of a cluster are not Rumbo's to make")
                  .with_hint("`rumbo sync` makes a missing claim anew if Git declares it"));
}

// ---- Shared by the other files

ApiResult<Resource> KubernetesTarget::Parts::resource(const ObjectKey& key, const Cancel& cancel,
                                                      std::string_view api_version) {
  std::string version;
  if (api_version.empty()) {
    version = memory.with([&](const Memory& known) {
      const auto it = known.versions.find({key.group, key.kind});
      return it == known.versions.end() ? std::string() : it->second;
    });
  } else {
    version = api_version.substr(api_version.find('/') + 1);  // "v1" has no slash: npos + 1 is 0
  }
  auto found = discovery.find(key.group, version, key.kind, cancel);
  const bool remembered = api_version.empty() && !version.empty();
  if (!found && remembered && found.error().failure == ApiFailure::not_served) {
    found = discovery.find(key.group, "", key.kind, cancel);  // that version went away
  }
  if (found) {
    memory.with([&](Memory& known) {
      if (!api_version.empty()) known.versions[{key.group, key.kind}] = found->version;
      known.used.insert({key.group, key.kind});
    });
  }
  return found;
}

Result<std::optional<Value>> KubernetesTarget::Parts::read(const ObjectKey& key, Read how,
                                                           const Cancel& cancel) {
  const auto served = resource(key, cancel);
  if (!served) {
    if (served.error().failure == ApiFailure::not_served) return std::optional<Value>();
    return fail(Error(served.error()));
  }
  recent.expect(key, clock.mono());
  auto object = TRY(client.get(*served, served->namespaced ? key.ns : "", key.name, how, cancel));
  if (!object) return object;
  // Fields are owned in the version they were applied in: only there do they fit the object.
  for (const Value& entry : (*object)["metadata"]["managedFields"].items()) {
    const bool own = entry["manager"].as_string() == kManager &&
                     entry["operation"].as_string() == "Apply" &&
                     entry["subresource"].as_string().empty();
    if (!own || entry["apiVersion"] == (*object)["apiVersion"]) continue;
    const auto other = resource(key, cancel, entry["apiVersion"].as_string());
    if (!other) break;
    object = TRY(client.get(*other, other->namespaced ? key.ns : "", key.name, how, cancel));
    break;
  }
  if (object) recent.put(key, *object, clock.mono());
  return object;
}

Result<std::optional<Value>> KubernetesTarget::Parts::read_watched(const ObjectKey& key,
                                                                   const Cancel& cancel) {
  if (auto known = recent.current(key, clock.mono())) return known;
  return read(key, Read::consistent, cancel);
}

void KubernetesTarget::Parts::note_applied(const ObjectKey& key, const Value& object) {
  recent.put(key, object, clock.mono());
  memory.with([&](Memory& known) {
    known.pods[key] = {clock.mono() + kPodsUntold, PodReport{}};
    if (known.fields.size() > kMostRemembered) known.fields.clear();
  });
}

void KubernetesTarget::Parts::note_written(const ObjectKey& key) {
  recent.gone(key);
  memory.with([&](Memory& known) {
    known.pods.erase(key);
    if (known.fields.size() > kMostRemembered) known.fields.clear();
  });
}

Owner KubernetesTarget::Parts::owner(const Item& item, const TxnId& txn) const {
  return {options.install, item.scope.application, item.scope.environment, txn};
}

ObservedVersion version_of(const ObjectKey& key, const Value& object) {
  return {key, object["metadata"]["uid"].str(), object["metadata"]["resourceVersion"].str()};
}

Receipt receipt_of(const ObjectKey& key, const Value& object) {
  Receipt receipt;
  receipt.items.push_back(version_of(key, object));
  return receipt;
}

Error conflict_of(const ObjectKey& key, const std::string& what, const Value& now) {
  const std::string by = name_writers(writers(key, now));
  return Error(Code::conflict, key.to_string() + " " + what + (by.empty() ? "" : " by " + by));
}

}  // namespace rumbo::target::kubernetes
