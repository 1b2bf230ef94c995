// Cluster: what is behind the fake API server: objects, rules, requests that read and write them,
// garbage collection, namespaces and CRDs. Time passes only as its Clock says; step() does what is
// due.
// Rules: kubernetes-apply.md sections 1 and 6; k8s.io/apiserver pkg/registry/generic, endpoints.
//
// Threads: one at a time; FakeApi locks.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "kind.h"
#include "managed_fields.h"
#include "request.h"
#include "store.h"

namespace rumbo::fake_api {

/// What a webhook or a policy is asked. It runs after ownership was computed, as webhooks do.
struct AdmissionRequest {
  std::string operation;  ///< CREATE UPDATE DELETE
  const Kind* kind = nullptr;
  std::string ns, name, manager;
  Value object, old_object;
  bool dry_run = false;
};

struct Verdict {
  std::optional<Problem> denied;
  std::optional<Value> mutated;
};

using Webhook = std::function<Verdict(const AdmissionRequest&)>;
/// Whether the caller may do it; nothing set: everything.
using Authorizer = std::function<bool(const std::string& verb, const std::string& group,
                                      const std::string& plural, const std::string& ns)>;

struct ClusterOptions {
  Duration crd_established{0};  ///< from its creation until Established
  Duration crd_discovered{0};   ///< from Established until discovery lists it
  Duration namespace_removal{0};
  std::string types = std::string();  ///< path of types.json; empty: the tree's
};

/// One request's effect.
struct Written {
  Value object;
  bool created = false;
};

class Cluster {
 public:
  Cluster(const Clock& clock, ClusterOptions options);

  /// Everything but watches.
  target::kubernetes::ApiResponse handle(const Call& call);
  /// Does what is due: CRDs, namespaces, finalizers of the garbage collector. True if anything
  /// changed.
  bool step();

  const Store& store() const { return store_; }
  Store& store() { return store_; }
  const Clock& clock() const { return clock_; }
  /// Another server on the same disk: what was written since `earlier` is lost.
  void restore(Store earlier) { store_ = std::move(earlier); }
  const Kind* find_kind(const std::string& group, const std::string& version,
                        const std::string& plural) const;
  /// The kind by group and name, in any version that is served.
  const Kind* kind_named(const std::string& group, const std::string& kind) const;
  Outcome<const Kind*> kind_of(const Call& call) const;

  // Writes as controllers do them: no faults, no dry-run.
  Outcome<Value> set_status(const Kind& kind, const Name& name, const Value& status,
                            const std::string& manager);
  Outcome<Value> make(const Kind& kind, const Value& object, const std::string& manager);
  void remove(const Kind& kind, const Name& name);

  std::vector<Webhook> webhooks;
  Authorizer authorizer;
  std::set<std::string> stale_groups;  ///< discovery marks them stale, without resources
  std::string now() const;             ///< RFC 3339 in seconds

 private:
  struct Custom {
    Kind kind;
    MonoTime served_from, discovered_from;
    std::string crd;
  };

  // Reads.
  target::kubernetes::ApiResponse handle_resource(const Call& call);
  target::kubernetes::ApiResponse handle_path(const Call& call);
  target::kubernetes::ApiResponse discovery(const Call& call);
  Outcome<Value> list(const Kind& kind, const Call& call);
  Outcome<Value> read_subresource(const Kind& kind, const Call& call, const Value& object);
  Value access_review(const Value& review) const;

  // Writes.
  Outcome<Value> body_of(const Kind& kind, const Call& call, bool typed) const;
  Outcome<Written> create(const Kind& kind, const Call& call, Value object);
  Outcome<Written> update(const Kind& kind, const Call& call, Value object);
  Outcome<Written> apply(const Kind& kind, const Call& call, Value applied);
  Outcome<Written> patch(const Kind& kind, const Call& call);
  Outcome<Written> scale(const Kind& kind, const Call& call);
  Outcome<Written> finish_create(const Kind& kind, const Call& call, Value object);
  Outcome<Written> finish_update(const Kind& kind, const Call& call, const Value& live, Value next);
  Outcome<Value> admit(const Kind& kind, const Call& call, const std::string& operation,
                       const Value& object, const Value& old_object);
  std::optional<Problem> check_namespace(const Kind& kind, const Value& object) const;
  std::optional<Problem> allocate(const Kind& kind, Value& object, const Value& live, bool dry_run);
  Writer writer(const Kind& kind, const Call& call, bool applies) const;
  Managers start_managers(const Value& live, const Value& next) const;
  Value initial_status(const Kind& kind, const Value& object) const;
  std::string new_uid();

  // Deletion.
  Outcome<Value> erase(const Kind& kind, const Call& call);
  Value mark_deleted(const Kind& kind, const Name& name, const Value& object);
  void drop_finalizer(const std::string& storage, const Name& name, const std::string& finalizer);
  bool collect_garbage();
  bool finish_namespaces();
  bool advance_crds();
  void register_crd(const Value& crd);
  std::vector<std::pair<std::string, Name>> dependents(const std::string& uid) const;
  const Kind* kind_stored(const std::string& storage) const;
  Value versioned(const Kind& kind, const Value& object) const;

  const Clock& clock_;
  ClusterOptions options_;
  TypeTable types_;
  std::vector<Kind> kinds_;
  std::vector<std::unique_ptr<Custom>> customs_;
  Store store_;
  std::uint64_t uids_ = 0;
  std::set<int> node_ports_;
  int next_address_ = 1;
};

}  // namespace rumbo::fake_api
