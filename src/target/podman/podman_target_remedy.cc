// remedy: what a person decides about a host that is not as it was left.
#include <algorithm>

#include "base/log.h"
#include "target/podman/strays.h"
#include "target/podman/target_parts.h"

namespace rumbo::target::podman {
namespace {

bool is_claim(const ObjectKey& key) {
  return key.kind == "PersistentVolumeClaim";
}

}  // namespace

Result<> PodmanTarget::Parts::not_frozen() const {
  const auto why = frozen.copy();
  if (why) return fail(*why);
  return {};
}

Result<> PodmanTarget::Parts::same_storage(const Cancel& cancel) {
  if (storage_known) return {};
  const std::string found = TRY(service->identity(cancel));
  const std::string known = store->read()->storage;
  if (known.empty()) {
    TRY(store->change([&](Record& record) -> Result<> {
      record.storage = found;
      return {};
    }));
  } else if (known != found) {
    return fail(Error(Code::conflict,
                      "frozen: podman works with another storage than before, so that nothing "
                      "that was deployed can be there",
                      Retry::later)
                    .with_hint("bring the old storage back (graphroot in storage.conf), or accept "
                               "the new one: `rumbo recover --adopt`; everything is then deployed "
                               "anew, and volumes begin empty"));
  }
  storage_known = true;
  return {};
}

Result<std::vector<Owned>> PodmanTarget::Parts::adopt_strays(const Cancel& cancel) {
  const auto strays = TRY(find_strays(client(), options.install, *store->read(), cancel));
  std::vector<Owned> out;
  const auto take = [&](Record& record) -> Result<> {
    out = TRY(take_in(client(), options.install, strays, record, now(), cancel));
    return {};
  };
  TRY(store->change(take));
  frozen.with([](auto& why) { why.reset(); });
  TRY(plane->settle());
  if (wants_agent) agent->start();
  for (const auto& [key, thing] : store->read()->current) {
    const bool told = std::any_of(
        out.begin(), out.end(), [&, wanted = key](const Owned& one) { return one.key == wanted; });
    if (!told) out.push_back({key, thing.owner});
  }
  return out;
}

Result<std::vector<Owned>> PodmanTarget::Parts::recreate_volumes(const std::vector<ObjectKey>& keys,
                                                                 const Cancel& cancel) {
  std::vector<Owned> out;
  const auto record = store->read();
  for (const ObjectKey& key : keys) {
    if (!is_claim(key)) continue;
    const std::string volume = volume_prefix(options.install, key.ns) + key.name;
    if (TRY(client().volume_exists(volume, cancel))) continue;
    TRY(make_claim(key, cancel));
    const Thing* thing = record->find_current(key);
    out.push_back({key, thing == nullptr ? Owner{} : thing->owner});
  }
  agent->wake();
  return out;
}

/// What is left on the machine stays; nobody looks after it any more.
Result<std::vector<Owned>> PodmanTarget::Parts::forget(const std::vector<ObjectKey>& keys,
                                                       const Cancel&) {
  std::vector<Owned> out;
  TRY(store->change([&](Record& record) -> Result<> {
    out.clear();
    for (const ObjectKey& key : keys) {
      const auto found = record.current.find(key);
      if (found == record.current.end()) continue;
      if (record.transaction_open(found->second)) {
        return fail(Code::conflict, key.to_string() + " is in an open transaction", Retry::later);
      }
      if (!found->second.revision.empty() && !record.replicas_of(found->second.revision).empty()) {
        return fail(Error(Code::conflict, key.to_string() + " still has pods")
                        .with_hint("`rumbo delete` removes an application with its pods"));
      }
      out.push_back({key, found->second.owner});
      record.current.erase(found);
    }
    return {};
  }));
  agent->wake();
  return out;
}

Result<std::vector<Owned>> PodmanTarget::remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
                                                const Cancel& cancel) {
  switch (remedy) {
    case Remedy::from_target:
      return parts_->adopt_strays(cancel);
    case Remedy::recreate_volume:
      TRY(parts_->not_frozen());
      return parts_->recreate_volumes(keys, cancel);
    case Remedy::forget:
      TRY(parts_->not_frozen());
      return parts_->forget(keys, cancel);
    case Remedy::adopt: {
      const std::string found = TRY(parts_->service->identity(cancel));
      TRY(parts_->store->change([&](Record& record) -> Result<> {
        record.storage = found;
        return {};
      }));
      parts_->storage_known = true;
      return std::vector<Owned>{};
    }
  }
  return fail(Code::unsupported, "a podman host knows no such remedy");
}

}  // namespace rumbo::target::podman
