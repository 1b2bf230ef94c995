// observe and list_owned: what is there, whose it is, and what is wrong with its pods.
#include <algorithm>

#include "io/side_by_side.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"
#include "target/kubernetes/volume_binding.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kPodsKnown = 1s;  ///< evidence is not gathered at every poll

}  // namespace

Observation KubernetesTarget::Parts::observation(const ObjectKey& key,
                                                 const std::optional<Value>& object,
                                                 const Cancel& cancel) {
  Observation out;
  out.key = key;
  if (!object) return out;
  out.exists = true;
  out.object = with_binding(*object, client, discovery, cancel);
  out.uid = (*object)["metadata"]["uid"].str();
  out.version = (*object)["metadata"]["resourceVersion"].str();
  out.owner = owner_of(*object);
  if (!pods_matter(*object)) return out;
  const MonoTime now = clock.mono();
  std::optional<PodReport> report = memory.with([&](Memory& known) -> std::optional<PodReport> {
    const auto it = known.pods.find(key);
    if (it == known.pods.end() || now - it->second.first > kPodsKnown) return std::nullopt;
    return it->second.second;
  });
  if (!report) {
    report = look_at_pods(client, discovery, *object, cancel);
    memory.with([&](Memory& known) { known.pods[key] = {now, *report}; });
  }
  out.failing = report->failing;
  if (key.kind != "Pod") out.waiting = report->waiting;  // a pod says so itself
  out.log_tail = report->lines;
  return out;
}

Result<std::vector<Observation>> KubernetesTarget::observe(const std::vector<ObjectKey>& keys,
                                                           Consistency consistency,
                                                           const Cancel& cancel) {
  std::vector<Result<Observation>> seen(keys.size(), Observation());
  io::side_by_side(keys.size(), parts_->options.reads_at_once, [&](std::size_t i) {
    auto object =
        consistency == Consistency::watched
            ? parts_->read_watched(keys[i], cancel)
            : parts_->read(keys[i],
                           consistency == Consistency::fresh ? Read::consistent : Read::cached,
                           cancel);
    seen[i] = object ? Result<Observation>(parts_->observation(keys[i], *object, cancel))
                     : Result<Observation>(fail(std::move(object).error()));
  });
  std::vector<Observation> out;
  out.reserve(keys.size());
  for (Result<Observation>& one : seen) out.push_back(TRY(std::move(one)));
  return out;
}

Result<std::vector<Owned>> KubernetesTarget::list_owned(const InstallationId& install,
                                                        const Cancel& cancel) {
  const auto all = TRY(parts_->discovery.all(cancel));
  std::vector<const Resource*> kinds;
  for (const Resource& resource : all) {
    const auto& verbs = resource.verbs;
    if (std::find(verbs.begin(), verbs.end(), "list") != verbs.end()) kinds.push_back(&resource);
  }
  std::vector<Result<std::vector<Owned>>> found(kinds.size(), std::vector<Owned>());
  io::side_by_side(kinds.size(), parts_->options.reads_at_once, [&](std::size_t i) {
    ListOptions options;
    options.label_selector = std::string(kManagedLabel) + "=" + install.value;
    options.metadata_only = true;
    std::vector<Owned> mine;
    const auto listed = parts_->client.list(
        *kinds[i], options,
        [&](const Value& object) {
          if (auto owner = owner_of(object)) mine.push_back({key_of(object), *owner});
        },
        cancel);
    // What may not be listed holds nothing of ours: the label is only on what we could write.
    const bool skip = !listed && (listed.error().failure == ApiFailure::forbidden ||
                                  listed.error().failure == ApiFailure::not_served);
    found[i] = listed || skip ? Result<std::vector<Owned>>(std::move(mine))
                              : Result<std::vector<Owned>>(fail(Error(listed.error())));
  });
  std::vector<Owned> out;
  for (auto& one : found) {
    auto mine = TRY(std::move(one));
    out.insert(out.end(), mine.begin(), mine.end());
  }
  return out;
}

Result<Served> KubernetesTarget::served(const Cancel& cancel) {
  Served out;
  const Value version = TRY(parts_->client.raw_get("/version", "application/json", cancel));
  out.version = version["gitVersion"].str();
  // What a chart asks for may have been made a moment ago.
  parts_->discovery.forget();
  out.apis = TRY(parts_->discovery.served(cancel));
  return out;
}

Result<std::vector<Value>> KubernetesTarget::list(const ObjectKey& kind, const Cancel& cancel) {
  constexpr std::size_t kMost = 10'000;
  const auto served = parts_->resource(kind, cancel);
  if (!served) {
    if (served.error().failure == ApiFailure::not_served) return std::vector<Value>{};
    return fail(Error(served.error()));
  }
  ListOptions options;
  if (served->namespaced) options.ns = kind.ns;
  std::vector<Value> found;
  bool many = false;
  TRY(parts_->client.list(
      *served, options,
      [&](Value object) {
        if (found.size() < kMost) {
          found.push_back(std::move(object));
        } else {
          many = true;
        }
      },
      cancel));
  if (many) {
    return fail(Code::invalid, "namespace " + kind.ns + " has more than " + std::to_string(kMost) +
                                   " objects of kind " + kind.kind);
  }
  std::sort(found.begin(), found.end(), [](const Value& a, const Value& b) {
    return a["metadata"]["name"].as_string() < b["metadata"]["name"].as_string();
  });
  return found;
}

}  // namespace rumbo::target::kubernetes
