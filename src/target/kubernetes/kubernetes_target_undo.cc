// inspect and revert: what became of a write, and back to what was before it.
#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "target/kubernetes/comparison.h"
#include "target/kubernetes/mirror_text.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/restore_fields.h"
#include "target/kubernetes/stuck_pods.h"
#include "target/kubernetes/target_parts.h"
#include "target/kubernetes/write_body.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kZombieWindow = 40s;  // a request may execute for 34 s after its client is gone
constexpr Duration kGonePatience = 30s;
constexpr int kMostRaces = 5;

bool written_by(const Value& object, const InstallationId& install, const TxnId& txn) {
  const auto owner = owner_of(object);
  return owner && owner->install == install && owner->txn == txn;
}

bool is_definition(const ObjectKey& key) {
  return key.kind == "CustomResourceDefinition";
}

/// An object's name and kind, for an apply that declares nothing else.
Value bare(const Value& object) {
  Value metadata = Value::object({{"name", object["metadata"]["name"]}});
  if (object["metadata"].contains("namespace")) {
    metadata = metadata.with("namespace", object["metadata"]["namespace"]);
  }
  return Value::object(
      {{"apiVersion", object["apiVersion"]}, {"kind", object["kind"]}, {"metadata", metadata}});
}

/// `over` laid over `under`, member by member.
Value merged(const Value& under, const Value& over) {
  if (!under.is_object() || !over.is_object()) return over;
  Value out = under;
  for (const Member& member : over.members()) {
    const Value* below = out.find(member.key());
    out = out.with(member.key(), below == nullptr ? member.value : merged(*below, member.value));
  }
  return out;
}

/// Which of these fields others owned before, and the one who owned most of them.
struct Former {
  FieldSet fields;
  std::string manager = "before-rumbo";
};

Former former_owners(const Value& before, const FieldSet& fields) {
  Former out;
  std::size_t most = 0;
  for (const Value& entry : before["metadata"]["managedFields"].items()) {
    const std::string_view manager = entry["manager"].as_string();
    if (!entry["subresource"].as_string().empty() || manager == kManager) continue;
    const auto all = FieldSet::parse(entry["fieldsV1"]);
    if (!all) continue;
    const FieldSet theirs = all->intersection(fields);
    out.fields = out.fields.union_with(theirs);
    const std::size_t count = theirs.paths().size();
    if (count <= most) continue;
    most = count;
    out.manager = manager;
  }
  return out;
}

}  // namespace

// ---- inspect

Result<Sighting> KubernetesTarget::inspect(const Step& step, const Fence& fence,
                                           const Cancel& cancel) {
  return parts_->sight(step, fence, cancel);
}

Result<Sighting> KubernetesTarget::Parts::sight(const Step& step, const Fence& fence,
                                                const Cancel& cancel) {
  using State = Sighting::State;
  const Item& item = step.items.at(0);
  const OwnershipComparison comparison;
  Sighting out;
  const bool creates = item.pre.absent || step.kind == StepKind::hook;
  // A late update loses against the version that fence() moved; a late creation has no such guard.
  if (creates && step.kind != StepKind::prune) out.zombie_window = kZombieWindow;
  const auto now = TRY(read(item.key, Read::consistent, cancel));
  if (step.kind == StepKind::prune) {
    const bool gone = !now || version_of(item.key, *now).uid != item.pre.uid;
    out.state = gone ? State::applied : State::not_applied;
    if (gone) out.receipt = Receipt{};
    return out;
  }
  if (!now) {
    out.state = creates ? State::not_applied : State::gone;
    return out;
  }
  if (written_by(*now, options.install, fence.txn)) {
    const bool same =
        step.kind == StepKind::hook || comparison.holds(*now, item.want_object, false);
    out.state = same ? State::applied : State::foreign;
    if (same) out.receipt = receipt_of(item.key, *now);
  } else if (step.kind == StepKind::hook) {
    out.state = State::not_applied;  // the last run's
  } else if (item.pre.absent) {
    out.state = State::foreign;
  } else {
    out.state = version_of(item.key, *now).uid == item.pre.uid &&
                        (comparison.as_before(*now, item.pre.object, item.want_object) ||
                         half_adopted(*now, item.pre.object))
                    ? State::not_applied
                    : State::foreign;
  }
  if (out.state == State::foreign) out.by = writers(item.key, *now);
  return out;
}

// ---- revert

Result<Reverted> KubernetesTarget::revert(const Step& step, const Receipt*, const Fence& fence,
                                          const Cancel& cancel) {
  const Item& item = step.items.at(0);
  Reverted out;
  const auto now = TRY(parts_->read(item.key, Read::consistent, cancel));
  const bool ours = now && written_by(*now, parts_->options.install, fence.txn);
  if (step.kind == StepKind::hook) {
    if (!ours) return out;
    out.kept.push_back(item.key.to_string() + " ran");
    // What it did cannot be undone here; it does not go on. One that failed is told with its last
    // words: were it kept, it would hold a namespace that this transaction made.
    if (pods_matter(*now) || step.cleanup.on_failure || step.cleanup.on_success) {
      const Resource served = TRY(parts_->resource(item.key, cancel));
      TRY(parts_->remove(item.key, served, version_of(item.key, *now).uid, "", kGonePatience,
                         cancel));
    }
    return out;
  }
  if (!now && step.recreate && !item.pre.absent) {
    // Deleted to be created anew, and no further.
    const Resource served =
        TRY(parts_->resource(item.key, cancel, item.pre.object["apiVersion"].as_string()));
    TRY(parts_->undo_recreate(item, served, Value(), out, cancel));
    return out;
  }
  if (!now) {
    if (!item.pre.absent) out.kept_foreign.push_back({item.key, "someone", "(deleted)", {}});
    return out;
  }
  if (!ours && !item.pre.absent && half_adopted(*now, item.pre.object) &&
      version_of(item.key, *now).uid == item.pre.uid) {
    const Resource served =
        TRY(parts_->resource(item.key, cancel, (*now)["apiVersion"].as_string()));
    out.items.push_back(TRY(parts_->restore_ledger(item, served, *now, cancel)));
    return out;
  }
  if (!ours) {
    const OwnershipComparison comparison;
    const bool untouched =
        !item.pre.absent && comparison.as_before(*now, item.pre.object, item.want_object);
    if (untouched) {
      TRY(parts_->unstick(item.key, *now, item.pre.object, cancel));  // if it ended before that
      return out;
    }
    out.kept_foreign = writers(item.key, *now);
    if (out.kept_foreign.empty()) out.kept_foreign.push_back({item.key, "someone", {}, {}});
    return out;
  }
  if (step.inverse == Inverse::keep_and_report) {
    out.kept.push_back(item.key.to_string() +
                       (item.pre.absent ? " was created and is kept" : " keeps what was added"));
    return out;
  }
  const Resource served = TRY(parts_->resource(item.key, cancel, (*now)["apiVersion"].as_string()));
  if (item.pre.absent) {
    TRY(parts_->undo_create(item, served, *now, out, cancel));
  } else if (version_of(item.key, *now).uid != item.pre.uid) {
    TRY(parts_->undo_recreate(item, served, *now, out, cancel));
  } else if (own_fields(item.pre.object).is_null()) {
    TRY(parts_->give_back(item, served, *now, out, cancel));
  } else {
    TRY(parts_->undo_update(item, served, *now, out, cancel));
  }
  if (!keeps_order(item.key) || item.pre.absent) return out;
  const auto back = TRY(parts_->read(item.key, Read::consistent, cancel));
  if (back) TRY(parts_->unstick(item.key, *back, item.pre.object, cancel));
  return out;
}

Result<> KubernetesTarget::Parts::unstick(const ObjectKey& key, const Value& written,
                                          const Value& before, const Cancel& cancel) {
  if (!keeps_order(key)) return {};
  const Resource served = TRY(resource(key, cancel, written["apiVersion"].as_string()));
  const auto removed = remove_stuck_pods(client, served, written, before, clock, sleep, cancel);
  if (!removed && removed.error().code() == Code::denied) {
    log(LogLevel::warn, "kubernetes", "pods that keep {} from its template may not be deleted: {}",
        key.to_string(), removed.error().to_string());
    return {};
  }
  if (!removed) return fail(removed.error());
  if (!removed->empty()) note_written(key);
  return {};
}

/// Whatever others put into a namespace, or made of a kind, that this transaction brought.
Result<std::vector<std::string>> KubernetesTarget::Parts::content_of(const Item& item,
                                                                     const Cancel& cancel) {
  std::vector<std::string> found;
  std::vector<Resource> kinds;
  ListOptions options_of_list;
  options_of_list.metadata_only = true;
  if (is_definition(item.key)) {
    const Value& spec = item.want_object["spec"];
    const auto served =
        discovery.find(spec["group"].str(), "", spec["names"]["kind"].str(), cancel);
    if (served) kinds.push_back(*served);
  } else {
    kinds = TRY(discovery.all(cancel));
    std::erase_if(kinds, [](const Resource& one) {
      const bool lists = std::find(one.verbs.begin(), one.verbs.end(), "list") != one.verbs.end();
      return !one.namespaced || !lists || one.kind == "Event";
    });
    options_of_list.ns = item.key.name;
  }
  for (const Resource& kind : kinds) {
    const auto listed = client.list(
        kind, options_of_list,
        [&](const Value& object) {
          const std::string name = object["metadata"]["name"].str();
          // Every namespace gets these by itself.
          if (kind.kind == "ConfigMap" && name == "kube-root-ca.crt") return;
          if (kind.kind == "ServiceAccount" && name == "default") return;
          // Being deleted already: this undo's own.
          const Value& metadata = object["metadata"];
          if (metadata["deletionTimestamp"].is_string()) return;
          // What controllers made of others goes with those, which are listed themselves.
          if (!metadata["ownerReferences"].empty() || kind.kind == "Endpoints") return;
          if (metadata["labels"][kMirrorLabel].as_string() == options.install.value) return;
          found.push_back(kind.kind + " " + name);
        },
        cancel);
    const bool none = !listed && (listed.error().failure == ApiFailure::not_served ||
                                  listed.error().status == 405);
    if (!listed && !none) return fail(Error(listed.error()));
    if (found.size() > 5) break;
  }
  return found;
}

Result<> KubernetesTarget::Parts::undo_create(const Item& item, const Resource& resource,
                                              const Value& now, Reverted& out,
                                              const Cancel& cancel) {
  if (item.key.kind == "Namespace" || is_definition(item.key)) {
    // Deleting these deletes all they hold. What this transaction put there is gone by now.
    const auto left = TRY(content_of(item, cancel));
    if (!left.empty()) {
      out.kept.push_back(item.key.to_string() + " holds " + join(left, ", "));
      out.kept_foreign.push_back({item.key, "someone", "(content)", {}});
      return {};
    }
  }
  TRY(remove(item.key, resource, version_of(item.key, now).uid, "", kGonePatience, cancel));
  if (is_definition(item.key)) discovery.forget();
  return {};
}

/// It was deleted and created anew: so is what it was before. Pods live on.
Result<> KubernetesTarget::Parts::undo_recreate(const Item& item, const Resource& resource,
                                                const Value& now, Reverted& out,
                                                const Cancel& cancel) {
  if (!now.is_null()) {
    const bool orphans = item.key.group == "apps";
    TRY(remove(item.key, resource, version_of(item.key, now).uid, "", kGonePatience, cancel,
               orphans ? "Orphan" : "Background"));
  }
  const Value own = own_fields(item.pre.object);
  const FieldSet fields = own_set(item.pre.object);
  const Value before =
      own.is_null() ? apply_body(item.pre.object, resource) : fields.project(item.pre.object);
  const auto done = client.apply(resource, if_absent(merged(before, bare(item.pre.object))),
                                 {std::string(kManager), false, false}, cancel);
  if (!done) return fail(Error(done.error()));
  note_written(item.key);
  out.items.push_back(version_of(item.key, done->object));
  return {};
}

/// Back to the fields that Rumbo declared before. What others edited since stays.
Result<> KubernetesTarget::Parts::undo_update(const Item& item, const Resource& resource, Value now,
                                              Reverted& out, const Cancel& cancel) {
  FieldSet fields = own_set(item.pre.object);
  const Former former = former_owners(item.pre.object, own_set(now).difference(fields));
  if (!former.fields.empty()) {
    now = TRY(hand_back(item, resource, now, former.fields, former.manager, cancel));
  }
  for (int race = 0;; ++race) {
    const Value before = merged(fields.project(item.pre.object), bare(now));
    const ObservedVersion at = version_of(item.key, now);
    const auto done = client.apply(resource, with_precondition(before, at.uid, at.version),
                                   {std::string(kManager), false, false}, cancel);
    if (done) {
      note_written(item.key);
      out.items.push_back(version_of(item.key, done->object));
      return {};
    }
    const ApiError& error = done.error();
    if (race == kMostRaces) return fail(Error(error).with_retry(Retry::later));
    if (error.failure == ApiFailure::owned_elsewhere) {
      // These were edited after this transaction wrote them: that edit stays.
      const auto conflicts = conflicts_of(item.key, error);
      std::vector<std::string> paths;
      for (const Attribution& one : conflicts) paths.push_back("." + one.field);
      const FieldSet theirs = fields.named(paths);
      if (theirs.empty()) return fail(Error(error));
      fields = fields.difference(theirs);
      out.kept_foreign.insert(out.kept_foreign.end(), conflicts.begin(), conflicts.end());
      continue;
    }
    if (error.failure != ApiFailure::version_conflict) return fail(Error(error));
    const auto again = TRY(read(item.key, Read::consistent, cancel));
    if (!again || version_of(item.key, *again).uid != at.uid) {
      out.kept_foreign.push_back({item.key, "someone", "(deleted)", {}});
      return {};
    }
    now = *again;
  }
}

/// Puts these fields back to what they were, as the manager who owned them would.
Result<Value> KubernetesTarget::Parts::hand_back(const Item& item, const Resource& resource,
                                                 const Value& now, const FieldSet& fields,
                                                 const std::string& manager, const Cancel& cancel) {
  const ObservedVersion at = version_of(item.key, now);
  const Value restored = restore_fields(now, item.pre.object, fields);
  const Value put = restored.with("status", now["status"])
                        .with("metadata", restored["metadata"]
                                              .without("managedFields")
                                              .with("name", now["metadata"]["name"])
                                              .with("uid", at.uid)
                                              .with("resourceVersion", at.version));
  auto written = client.replace(resource, put, manager, cancel);
  note_written(item.key);
  if (written) return *std::move(written);
  // A status that moved in between: the undo is simply tried again.
  const bool raced = written.error().failure == ApiFailure::version_conflict;
  return fail(raced ? Error(written.error()).with_retry(Retry::now) : Error(written.error()));
}

/// The record of who owns what, as it was.
Result<ObservedVersion> KubernetesTarget::Parts::restore_ledger(const Item& item,
                                                                const Resource& resource,
                                                                const Value& now,
                                                                const Cancel& cancel) {
  const Value operations =
      Value::array({Value::object({{"op", "replace"},
                                   {"path", "/metadata/managedFields"},
                                   {"value", item.pre.object["metadata"]["managedFields"]}}),
                    Value::object({{"op", "replace"},
                                   {"path", "/metadata/resourceVersion"},
                                   {"value", version_of(item.key, now).version}})});
  const auto done = client.json_patch(resource, resource.namespaced ? item.key.ns : "",
                                      item.key.name, operations, kFenceManager, cancel);
  note_written(item.key);
  if (done) return version_of(item.key, *done);
  const bool raced = done.error().failure == ApiFailure::version_conflict;
  return fail(raced ? Error(done.error()).with_retry(Retry::now) : Error(done.error()));
}

/// Rumbo had never applied it: what it took goes back to whom it was taken from. The values first,
/// under the former manager's name, then the record of who owns what.
Result<> KubernetesTarget::Parts::give_back(const Item& item, const Resource& resource,
                                            const Value& now, Reverted& out, const Cancel& cancel) {
  // With the fields that left the object because the manifest had them no longer.
  const FieldSet mine = own_set(now).union_with(
      deployed_set(item.pre.object, item.pre.object["apiVersion"].as_string()));
  const Value written = TRY(
      hand_back(item, resource, now, mine, former_owners(item.pre.object, mine).manager, cancel));
  const Value& ledger = item.pre.object["metadata"]["managedFields"];
  if (ledger.is_array() && !ledger.empty()) {
    out.items.push_back(TRY(restore_ledger(item, resource, written, cancel)));
    return {};
  }
  const ObservedVersion at = version_of(item.key, written);
  const Applied dropped =
      TRY(client.apply(resource, with_precondition(bare(written), at.uid, at.version),
                       {std::string(kManager), false, false}, cancel));
  note_written(item.key);
  out.items.push_back(version_of(item.key, dropped.object));
  return {};
}

}  // namespace rumbo::target::kubernetes
