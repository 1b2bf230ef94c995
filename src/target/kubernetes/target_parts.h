// What the files of KubernetesTarget share; only kubernetes_target*.cc and those that do a part of
// its work include this.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "target/kubernetes/access_reviews.h"
#include "target/kubernetes/api_client.h"
#include "target/kubernetes/discovery.h"
#include "target/kubernetes/field_set.h"
#include "target/kubernetes/kubernetes_target.h"
#include "target/kubernetes/pods.h"
#include "target/kubernetes/recent_objects.h"
#include "target/kubernetes/stuck_pods.h"

namespace rumbo::target::kubernetes {

struct KubernetesTarget::Parts {
  Parts(KubernetesOptions settings, std::unique_ptr<Transport> link, Clock& time,
        std::function<void(Duration)> wait);

  /// What is remembered between calls; losing it costs requests, nothing else.
  struct Memory {
    /// Digest of the fields an apply will own, by object and declaration: from its dry-run.
    std::map<std::pair<ObjectKey, Digest>, std::string> fields;
    std::map<KindName, std::string> versions;  ///< the version a kind's objects are applied in
    std::map<ObjectKey, std::pair<MonoTime, PodReport>> pods;  ///< looked at a moment ago
    std::set<KindName> used;                                   ///< kinds worth a watch
  };

  /// How the kind of `key` is served; `api_version` empty: in the version it is applied in.
  ApiResult<Resource> resource(const ObjectKey& key, const Cancel& cancel,
                               std::string_view api_version = {});
  /// The object now, in the version Rumbo applied it in; nullopt if it does not exist or its kind
  /// is not served.
  Result<std::optional<Value>> read(const ObjectKey& key, Read how, const Cancel& cancel);
  Observation observation(const ObjectKey& key, const std::optional<Value>& object,
                          const Cancel& cancel);
  /// read(), or what was read or written last if a watch says that it is still so.
  Result<std::optional<Value>> read_watched(const ObjectKey& key, const Cancel& cancel);
  /// The server's answer to an apply.
  void note_applied(const ObjectKey& key, const Value& object);
  /// What was seen of it and its pods is no longer so.
  void note_written(const ObjectKey& key);
  Owner owner(const Item& item, const TxnId& txn) const;

  // perform
  Result<Receipt> write(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<Receipt> create(const Step& step, const Resource& resource, const Value& body,
                         const Fence& fence, const Cancel& cancel);
  Result<Receipt> update(const Step& step, const Resource& resource, const Value& body,
                         const Fence& fence, const Cancel& cancel);
  /// What tools that deploy own of an object Rumbo never applied becomes Rumbo's, so that what the
  /// manifest lacks goes with the apply that follows. Returns the version to write on.
  Result<std::string> adopt(const Item& item, const Resource& resource, const Cancel& cancel);
  Result<Receipt> recreate(const Step& step, const Resource& resource, const Value& body,
                           const Fence& fence, const Cancel& cancel);
  Result<Receipt> drop_hooks(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<Receipt> run_hook(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<Receipt> prune(const Step& step, const Cancel& cancel);
  /// The digest of the fields that an apply of this item will own.
  Result<std::string> fields_of(const Step& step, const Resource& resource, const Cancel& cancel);
  Result<> wait_served(const Value& definition, const Cancel& cancel);

  // dry_run
  ApiResult<Applied> try_apply(const Step& step, const Resource& resource, const Cancel& cancel);
  Result<DryRunItem> dry_run_item(const Step& step, const Cancel& cancel);
  Result<DryRunItem> refused(const Step& step, const Resource& resource, ApiError error,
                             const Cancel& cancel);
  ApiResult<> probe(const Resource& resource, const Item& item, const Cancel& cancel);

  // inspect, revert
  Result<Sighting> sight(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<> undo_create(const Item& item, const Resource& resource, const Value& now, Reverted& out,
                       const Cancel& cancel);
  Result<> undo_update(const Item& item, const Resource& resource, Value now, Reverted& out,
                       const Cancel& cancel);
  Result<> undo_recreate(const Item& item, const Resource& resource, const Value& now,
                         Reverted& out, const Cancel& cancel);
  Result<Value> hand_back(const Item& item, const Resource& resource, const Value& now,
                          const FieldSet& fields, const std::string& manager, const Cancel& cancel);
  Result<ObservedVersion> restore_ledger(const Item& item, const Resource& resource,
                                         const Value& now, const Cancel& cancel);
  Result<> give_back(const Item& item, const Resource& resource, const Value& now, Reverted& out,
                     const Cancel& cancel);
  /// After a write to a StatefulSet, of others nothing: removes what keeps its pods from the
  /// template (`before`: see pods_in_the_way). What it may not delete is told in the log, and by
  /// the health of the set.
  Result<> unstick(const ObjectKey& key, const Value& written, const Value& before,
                   const Cancel& cancel);
  Result<std::vector<std::string>> content_of(const Item& item, const Cancel& cancel);
  /// Deletes an object and waits until it is gone, for at most `patience`; Retry::later with the
  /// finalizers' names if it stays.
  Result<> remove(const ObjectKey& key, const Resource& resource, const std::string& uid,
                  const std::string& version, Duration patience, const Cancel& cancel,
                  const std::string& propagation = "Background");
  Result<std::optional<ObservedVersion>> bump(const Item& item, const Fence& newer,
                                              const Cancel& cancel);

  KubernetesOptions options;
  std::unique_ptr<Transport> transport;
  Clock& clock;
  std::function<void(Duration)> sleep;
  ApiClient client;
  Discovery discovery;
  AccessReviews access;
  Guarded<Memory> memory;
  RecentObjects recent;
};

/// The fields that others own, with their managers, as a refused apply tells them.
std::vector<Attribution> conflicts_of(const ObjectKey& key, const ApiError& error);
/// True if all that a refused apply conflicts on was Rumbo's after its last apply: a hand edit,
/// which a sync puts right. What Rumbo never owned is not taken without being asked.
bool takes_back(const Item& item, const ApiError& error);
/// metadata.uid and metadata.resourceVersion.
ObservedVersion version_of(const ObjectKey& key, const Value& object);
Receipt receipt_of(const ObjectKey& key, const Value& object);
/// "Deployment.apps shop/web was changed by kubectl-edit at …".
Error conflict_of(const ObjectKey& key, const std::string& what, const Value& now);

}  // namespace rumbo::target::kubernetes
