// perform: one write, under the precondition that what the plan saw is still so.
#include "base/log.h"
#include "base/strings.h"
#include "target/kubernetes/comparison.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"
#include "target/kubernetes/write_body.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr int kMostRaces = 5;            // versions that controllers moved in between
constexpr Duration kServedWithin = 30s;  // a new CRD, until its kind is discovered
constexpr Duration kLook = 200ms;
constexpr Duration kPrunePatience = 5s;
constexpr Duration kHookPatience = 60s;
constexpr std::int64_t kLeastHookTtl = 300;  // seconds
constexpr Duration kRecreatePatience = 60s;

bool written_by(const Value& object, const InstallationId& install, const TxnId& txn) {
  const auto owner = owner_of(object);
  return owner && owner->install == install && owner->txn == txn;
}

bool keeps_pods(const ObjectKey& key) {
  return key.group == "apps" &&
         (key.kind == "Deployment" || key.kind == "StatefulSet" || key.kind == "DaemonSet");
}

/// A Job that the cluster deletes as soon as it has ended could not be seen to have ended: as a
/// hook it is kept for a while. Its delete policy still removes it earlier.
Value outliving_its_end(const Value& hook) {
  const Value& keep = hook["spec"]["ttlSecondsAfterFinished"];
  if (hook["kind"].as_string() != "Job" || !keep.is_integer()) return hook;
  if (keep.as_int() >= kLeastHookTtl) return hook;
  return hook.with_path({"spec", "ttlSecondsAfterFinished"}, kLeastHookTtl);
}

}  // namespace

Result<Receipt> KubernetesTarget::perform(const Step& step, const Fence& fence,
                                          const Cancel& cancel) {
  switch (step.kind) {
    case StepKind::scaffold:
    case StepKind::apply:
      return parts_->write(step, fence, cancel);
    case StepKind::hook:
      return parts_->run_hook(step, fence, cancel);
    case StepKind::prune:
      return parts_->prune(step, cancel);
    case StepKind::retire:
      return parts_->drop_hooks(step, fence, cancel);
    default:
      return fail(Code::internal, "a cluster has no step " + std::string(to_string(step.kind)));
  }
}

Result<std::string> KubernetesTarget::Parts::fields_of(const Step& step, const Resource& resource,
                                                       const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const std::string applied = applied_digest(item.want_object);
  const auto known = memory.with([&](const Memory& all) -> std::optional<std::string> {
    const auto it = all.fields.find({item.key, applied.empty() ? item.want_digest : applied});
    return it == all.fields.end() ? std::nullopt : std::optional(it->second);
  });
  if (known) return *known;
  // Dry-run by another process, or a scaffold, which is made before dry-runs are possible.
  auto done = try_apply(step, resource, cancel);
  if (done) return fields_mark(own_fields(done->object));
  if (done.error().failure == ApiFailure::version_conflict) return std::string();  // told by write
  if (done.error().error.retry() == Retry::unknown_outcome) {
    return fail(std::move(done.error().error).with_retry(Retry::later));
  }
  return fail(Error(done.error()));
}

Result<Receipt> KubernetesTarget::Parts::write(const Step& step, const Fence& fence,
                                               const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const Resource served =
      TRY(resource(item.key, cancel, item.want_object["apiVersion"].as_string()));
  const std::string fields = TRY(fields_of(step, served, cancel));
  const Value body = marked(apply_body(item.want_object, served), owner(item, fence.txn),
                            applied_digest(item.want_object), fields);
  const Receipt receipt = TRY(item.pre.absent ? create(step, served, body, fence, cancel)
                                              : update(step, served, body, fence, cancel));
  if (item.key.kind == "CustomResourceDefinition") TRY(wait_served(item.want_object, cancel));
  return receipt;
}

Result<Receipt> KubernetesTarget::Parts::create(const Step& step, const Resource& resource,
                                                const Value& body, const Fence& fence,
                                                const Cancel& cancel) {
  const Item& item = step.items.at(0);
  recent.expect(item.key, clock.mono());
  const auto done =
      client.apply(resource, if_absent(body), {std::string(kManager), false, false}, cancel);
  if (done && done->created) {
    note_applied(item.key, done->object);
    return receipt_of(item.key, done->object);
  }
  if (!done && done.error().failure != ApiFailure::version_conflict &&
      done.error().failure != ApiFailure::owned_elsewhere) {
    return fail(Error(done.error()));
  }
  // Something is there: an earlier sending of this very write, or another hand's.
  const auto now = TRY(read(item.key, Read::consistent, cancel));
  if (!now) {
    return fail(Code::unavailable, item.key.to_string() + " came and went meanwhile", Retry::now);
  }
  if (written_by(*now, options.install, fence.txn)) return receipt_of(item.key, *now);
  return fail(conflict_of(item.key, "was created meanwhile", *now));
}

Result<Receipt> KubernetesTarget::Parts::update(const Step& step, const Resource& resource,
                                                const Value& body, const Fence& fence,
                                                const Cancel& cancel) {
  const Item& item = step.items.at(0);
  ApplyOptions how{std::string(kManager), step.takes_foreign_fields, false};
  const OwnershipComparison comparison;
  std::string version = item.pre.version;
  if (step.takes_foreign_fields && own_fields(item.pre.object).is_null()) {
    version = TRY(adopt(item, resource, cancel));
  }
  for (int race = 0;; ++race) {
    recent.expect(item.key, clock.mono());
    const auto done =
        client.apply(resource, with_precondition(body, item.pre.uid, version), how, cancel);
    if (done) {
      note_applied(item.key, done->object);
      if (pods_matter(done->object)) {
        // The write is done; what this cannot mend the health of the set will tell.
        if (auto freed = unstick(item.key, done->object, Value(), cancel); !freed) {
          log(LogLevel::warn, "kubernetes", "{}", freed.error().to_string());
        }
      }
      return receipt_of(item.key, done->object);
    }
    const ApiError& error = done.error();
    if (!how.force && takes_back(item, error)) {
      how.force = true;
      continue;
    }
    if (error.failure == ApiFailure::owned_elsewhere) {
      const auto conflicts = conflicts_of(item.key, error);
      if (conflicts.empty()) return fail(Error(error));
      return fail(Error(Code::conflict, item.key.to_string() + ": field " + conflicts[0].field +
                                            " is owned by " + conflicts[0].manager)
                      .with_hint(error.error.hint()));
    }
    if (error.failure == ApiFailure::invalid && step.recreate) {
      return recreate(step, resource, body, fence, cancel);
    }
    if (error.failure != ApiFailure::version_conflict) return fail(Error(error));
    const auto now = TRY(read(item.key, Read::consistent, cancel));
    if (!now && step.recreate) return create(step, resource, body, fence, cancel);
    if (!now) return fail(Code::conflict, item.key.to_string() + " was deleted by someone else");
    if (version_of(item.key, *now).uid != item.pre.uid) {
      return fail(conflict_of(item.key, "was replaced meanwhile", *now));
    }
    if (written_by(*now, options.install, fence.txn)) {
      if (comparison.holds(*now, item.want_object, false)) return receipt_of(item.key, *now);
      return fail(conflict_of(item.key, "was changed meanwhile", *now));
    }
    // A controller's status and the like are no reason to give up; what Rumbo declares is.
    if (!comparison.as_before(*now, item.pre.object, item.want_object) &&
        !half_adopted(*now, item.pre.object)) {
      return fail(conflict_of(item.key, "was changed meanwhile", *now));
    }
    if (race == kMostRaces) {
      return fail(Code::unavailable,
                  item.key.to_string() + " changes faster than it can be written", Retry::later);
    }
    version = version_of(item.key, *now).version;
  }
}

Result<std::string> KubernetesTarget::Parts::adopt(const Item& item, const Resource& resource,
                                                   const Cancel& cancel) {
  Value now = item.pre.object;
  for (int race = 0;; ++race) {
    const std::string version = version_of(item.key, now).version;
    const Value ledger = taken_over(now, resource.api_version());
    if (ledger.is_null()) return version;
    const Value operations = Value::array(
        {Value::object({{"op", "replace"}, {"path", "/metadata/managedFields"}, {"value", ledger}}),
         Value::object(
             {{"op", "replace"}, {"path", "/metadata/resourceVersion"}, {"value", version}})});
    const auto done = client.json_patch(resource, resource.namespaced ? item.key.ns : "",
                                        item.key.name, operations, kFenceManager, cancel);
    if (done) return version_of(item.key, *done).version;
    // The apply that follows is under the same condition, and tells what happened.
    if (done.error().failure != ApiFailure::version_conflict) return fail(Error(done.error()));
    const auto again = TRY(read(item.key, Read::consistent, cancel));
    const OwnershipComparison comparison;
    const bool same = again && version_of(item.key, *again).uid == item.pre.uid &&
                      comparison.as_before(*again, item.pre.object, item.want_object);
    if (!same || race == kMostRaces) return item.pre.version;
    now = *again;
  }
}

/// Deletes it and creates it anew, where an update is impossible and the user allowed this. Pods of
/// a workload live on: the new object takes them over by its selector.
Result<Receipt> KubernetesTarget::Parts::recreate(const Step& step, const Resource& resource,
                                                  const Value& body, const Fence& fence,
                                                  const Cancel& cancel) {
  const Item& item = step.items.at(0);
  TRY(remove(item.key, resource, item.pre.uid, "", kRecreatePatience, cancel,
             keeps_pods(item.key) ? "Orphan" : "Background"));
  return create(step, resource, body, fence, cancel);
}

/// Until the kinds of a new definition can be used. A dry-run needs it, and whatever comes next.
Result<> KubernetesTarget::Parts::wait_served(const Value& definition, const Cancel& cancel) {
  const Value& spec = definition["spec"];
  const MonoTime until = clock.mono() + kServedWithin;
  for (const Value& version : spec["versions"].items()) {
    if (!version["served"].as_bool()) continue;
    while (true) {
      TRY(cancel.check(clock.mono()));
      discovery.forget();
      const auto found = discovery.find(spec["group"].str(), version["name"].str(),
                                        spec["names"]["kind"].str(), cancel);
      if (found) {
        // Discovery is told before the paths answer.
        ListOptions one;
        one.metadata_only = true;
        one.read = Read::cached;
        if (client.list(
                *found, one, [](const Value&) {}, cancel))
          break;
      } else if (found.error().failure != ApiFailure::not_served) {
        return fail(Error(found.error()));
      }
      if (clock.mono() >= until) {
        return fail(
            Code::unavailable,
            key_of(definition).to_string() + " is not served yet (" + version["name"].str() + ")",
            Retry::later);
      }
      sleep(kLook);
    }
  }
  return {};
}

/// Hooks run once for each attempt of a transaction: what the last run left is removed first.
Result<Receipt> KubernetesTarget::Parts::run_hook(const Step& step, const Fence& fence,
                                                  const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const Resource served =
      TRY(resource(item.key, cancel, item.want_object["apiVersion"].as_string()));
  const auto old = TRY(read(item.key, Read::consistent, cancel));
  if (old && written_by(*old, options.install, fence.txn)) return receipt_of(item.key, *old);
  if (old) {
    if (!owner_of(*old)) {
      return fail(conflict_of(item.key, "is in the way of a hook: it was made", *old));
    }
    if (!step.cleanup.before_creation) {
      return fail(Error(Code::invalid, item.key.to_string() + " is still there from its last run")
                      .with_hint("let its delete policy remove it: BeforeHookCreation, "
                                 "HookSucceeded"));
    }
    const ObservedVersion version = version_of(item.key, *old);
    TRY(remove(item.key, served, version.uid, "", kHookPatience, cancel));
  }
  Step fresh = step;
  fresh.items[0].pre = Pre{};
  const std::string fields = TRY(fields_of(fresh, served, cancel));
  const Value body = marked(apply_body(outliving_its_end(item.want_object), served),
                            owner(item, fence.txn), applied_digest(item.want_object), fields);
  return create(fresh, served, body, fence, cancel);
}

/// After the commit: hooks whose policy does not keep them.
Result<Receipt> KubernetesTarget::Parts::drop_hooks(const Step& step, const Fence& fence,
                                                    const Cancel& cancel) {
  for (const Item& item : step.items) {
    const auto now = TRY(read(item.key, Read::consistent, cancel));
    if (!now || !written_by(*now, options.install, fence.txn)) continue;
    const Resource served = TRY(resource(item.key, cancel));
    TRY(remove(item.key, served, version_of(item.key, *now).uid, "", kPrunePatience, cancel));
  }
  return Receipt{};
}

Result<> KubernetesTarget::Parts::remove(const ObjectKey& key, const Resource& resource,
                                         const std::string& uid, const std::string& version,
                                         Duration patience, const Cancel& cancel,
                                         const std::string& propagation) {
  const std::string ns = resource.namespaced ? key.ns : "";
  DeleteOptions how;
  how.uid = uid;
  how.version = version;
  how.propagation = propagation;
  if (!TRY(client.remove(resource, ns, key.name, how, cancel))) return {};
  const MonoTime until = clock.mono() + patience;
  while (true) {
    const auto now = TRY(client.get(resource, ns, key.name, Read::consistent, cancel));
    if (!now || version_of(key, *now).uid != uid) return {};

    if (clock.mono() >= until) {
      std::vector<std::string> finalizers;
      for (const Value& one : (*now)["metadata"]["finalizers"].items()) {
        finalizers.push_back(one.str());
      }
      return fail(
          Code::unavailable,
          key.to_string() + " is being deleted and waits for " +
              (finalizers.empty() ? "its contents" : "finalizers " + join(finalizers, ", ")),
          Retry::later);
    }
    TRY(cancel.check(clock.mono()));
    sleep(kLook);
  }
}

Result<Receipt> KubernetesTarget::Parts::prune(const Step& step, const Cancel& cancel) {
  const Item& item = step.items.at(0);
  if (item.pre.absent) return Receipt{};
  const auto served = resource(item.key, cancel);
  if (!served) {
    if (served.error().failure == ApiFailure::not_served) return Receipt{};  // gone with its kind
    return fail(Error(served.error()));
  }
  std::string how = step.propagation.empty() ? "background" : step.propagation;
  how[0] = static_cast<char>(how[0] - 'a' + 'A');  // as the API writes it
  std::string version = item.pre.version;
  for (int race = 0;; ++race) {
    const auto removed = client.remove(*served, served->namespaced ? item.key.ns : "",
                                       item.key.name, {item.pre.uid, version, how, false}, cancel);
    if (removed) break;
    const ApiError& error = removed.error();
    if (error.failure != ApiFailure::version_conflict || race == kMostRaces) {
      return fail(Error(error));
    }
    const auto now = TRY(read(item.key, Read::consistent, cancel));
    if (!now || version_of(item.key, *now).uid != item.pre.uid) return Receipt{};
    // Another hand took it over meanwhile: it is no longer this installation's to delete.
    const auto owner = owner_of(*now);
    if (!owner || owner->install != options.install) return Receipt{};
    version = version_of(item.key, *now).version;
  }
  TRY(remove(item.key, *served, item.pre.uid, "", kPrunePatience, cancel, how));
  return Receipt{};
}

}  // namespace rumbo::target::kubernetes
