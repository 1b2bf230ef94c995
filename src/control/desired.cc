#include "control/desired.h"

#include <algorithm>

#include "base/strings.h"
#include "engine/manifest_store.h"
#include "render/substitute_manifest.h"

namespace rumbo::control {
namespace {

bool is_commit(std::string_view text) {
  return text.size() >= 7 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string inside(const std::string& directory, std::string_view file) {
  return directory.empty() ? std::string(file) : directory + "/" + std::string(file);
}

}  // namespace

SourceKey source_key(const Placement& placement) {
  return {placement.git.url, placement.git.ref.to_string()};
}

std::optional<SourceStatus> Desired::source(const SourceKey& key) const {
  return sources_.with([&](const auto& all) -> std::optional<SourceStatus> {
    const auto it = all.find(key);
    return it == all.end() ? std::nullopt : std::optional(it->second);
  });
}

WantedStatus Desired::wanted(const Scope& scope) const {
  return wanted_.with([&](const auto& all) {
    const auto it = all.find(scope);
    return it == all.end() ? WantedStatus{} : it->second;
  });
}

Result<Revision> Desired::resolve(const Placement& placement, const Cancel& cancel) {
  Result<Revision> revision = source_.resolve(placement.git, cancel);
  sources_.with([&](auto& all) {
    SourceStatus& status = all[source_key(placement)];
    status.at = clock_.wall();
    if (revision) {
      status.revision = *revision;
      status.error.reset();
    } else {
      status.error = revision.error();
    }
  });
  return revision;
}

Result<Revision> Desired::resolve_other(const Placement& placement, const std::string& revision,
                                        const Cancel& cancel) {
  if (revision.empty() || revision.front() == '-' || revision.size() > 256) {
    return fail(Code::invalid, "`" + printable(revision, 80) + "` is no commit or reference");
  }
  GitSpec git = placement.git;
  git.ref = {};
  if (is_commit(revision)) {
    git.ref.commit = revision;
    auto found = source_.resolve(git, cancel);
    if (found || found.error().code() != Code::not_found) return found;
  }
  git.ref = {};
  git.ref.branch = revision;
  auto found = source_.resolve(git, cancel);
  if (found || found.error().code() != Code::not_found) return found;
  git.ref = {};
  git.ref.tag = revision;
  found = source_.resolve(git, cancel);
  if (found || found.error().code() != Code::not_found) return found;
  git.ref = {};
  git.ref.name = revision;
  return source_.resolve(git, cancel);
}

Result<Desired::Chosen> Desired::renderer(const Placement& placement,
                                          const Snapshot& snapshot) const {
  RendererKind kind = placement.application->renderer;
  std::string found;
  if (kind == RendererKind::detect) {
    kind = RendererKind::plain;
    const std::string& path = placement.git.path;
    for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
      if (!snapshot.read(inside(path, name))) continue;
      kind = RendererKind::kustomize;
      found = name;
    }
    if (snapshot.read(inside(path, "Chart.yaml"))) {
      kind = RendererKind::helm;
      found = "Chart.yaml";
    }
    // Overrides are for Kustomize: it takes plain files as Flux does.
    const bool plain = kind == RendererKind::plain;
    if (plain && !placement.deployment->kustomize.empty()) kind = RendererKind::kustomize;
  }
  const auto it = renderers_.find(kind);
  if (it != renderers_.end() && it->second != nullptr) return Chosen{kind, it->second};
  const std::string what = kind == RendererKind::helm        ? "Helm charts"
                           : kind == RendererKind::kustomize ? "Kustomize overlays"
                                                             : "these files";
  const std::string seen = found.empty() ? "" : "`" + inside(placement.git.path, found) + "`: ";
  return fail(Error(Code::unsupported, seen + what + " cannot be rendered yet")
                  .with_hint("commit the rendered manifests as plain YAML, or set "
                             "`renderer: plain` to take the files as they are"));
}

Result<Manifest> Desired::manifest(const Placement& placement, const Snapshot& snapshot,
                                   bool& settled, const Cancel& cancel) {
  const auto [kind, renderer] = TRY(this->renderer(placement, snapshot));
  RenderSpec spec{placement.git.path, placement.environment->ns, {}};
  if (kind == RendererKind::kustomize) spec.options = placement.deployment->kustomize;
  if (kind == RendererKind::helm) {
    spec.options = placement.deployment->helm;
    if (!spec.options["releaseName"].is_string()) {
      spec.options = spec.options.with("releaseName", placement.application->name);
    }
  }
  RenderInputs inputs;
  const auto pins = TRY(fetch_remotes(placement, snapshot, *renderer, spec, inputs, cancel));
  inputs.recorded = TRY(recorded(placement.scope));
  inputs.now = clock_.wall();
  // Under the installation's key: nobody else can tell it, and an unchanged scope has the same.
  inputs.seed = journal_.digest("random " + placement.scope.to_string(), Secrecy::secret);
  Rendered rendered = TRY(renderer->render(snapshot, spec, inputs));
  rendered.manifest.pins = pins;
  settled = settled && pins.empty();
  if (!rendered.to_record.empty()) {
    rendered.manifest.recorded = rendered.to_record;
    recorded_.with([&](auto& all) { all[placement.scope] = rendered.to_record; });
  }
  const Value& substitute = placement.deployment->substitute;
  const auto wanted = TRY(render::live_variables(substitute, spec.ns));
  settled = settled && wanted.empty();
  std::map<ObjectKey, Value> live;
  if (!wanted.empty() && live_) live = TRY(live_(placement.scope, wanted, cancel));
  TRY(render::substitute_manifest(rendered.manifest, snapshot, substitute, spec.ns, live));
  TRY(place(rendered.manifest, placement.scope.target, cancel));
  return std::move(rendered.manifest);
}

Result<> Desired::place(Manifest& manifest, const TargetId& target, const Cancel& cancel) const {
  if (!namespaced_) return {};
  std::map<std::pair<std::string, std::string>, bool> known;  // namespaced?
  for (const Object& object : manifest.objects) {
    if (object.key.kind != "CustomResourceDefinition") continue;
    const Value& spec = object.value["spec"];
    known[{spec["group"].str(), spec["names"]["kind"].str()}] =
        spec["scope"].as_string() != "Cluster";
  }
  for (Object& object : manifest.objects) {
    // Groups without a dot are Kubernetes' own; their scopes are built in.
    const std::string& group = object.key.group;
    if (object.key.ns.empty() || group.find('.') == std::string::npos) continue;
    const auto [it, fresh] = known.try_emplace({group, object.key.kind}, true);
    if (fresh) it->second = TRY(namespaced_(target, object.key, cancel)).value_or(true);
    if (it->second) continue;
    object.value = object.value.with("metadata", object.value["metadata"].without("namespace"));
    object.key.ns.clear();
  }
  return {};
}

Result<std::vector<Pin>> Desired::fetch_remotes(const Placement& placement,
                                                const Snapshot& snapshot, const Renderer& renderer,
                                                const RenderSpec& spec, RenderInputs& inputs,
                                                const Cancel& cancel) {
  const auto missing = [&](const auto& here) -> Result<std::vector<std::string>> {
    RenderInputs so_far;
    so_far.snapshots = here;
    InputsNeeded needed = TRY(renderer.inputs_needed(snapshot, spec, so_far));
    if (needed.live_reads.empty()) return std::move(needed.snapshots);
    return fail(Code::unsupported,
                "the manifests need objects of the cluster: " + needed.live_reads.front());
  };
  if (TRY(missing(inputs.snapshots)).empty()) return std::vector<Pin>();
  RemotePolicy policy;
  policy.own = placement.git;
  if (const Value& listed = placement.deployment->kustomize["remotes"]; listed.is_array()) {
    policy.allowed.emplace();
    for (const Value& one : listed.items()) policy.allowed->push_back(one.str());
  }
  const std::string& revision = snapshot.revision().id;
  const auto known = TRY(known_pins(placement.scope, revision));
  Fetched fetched = TRY(remotes_.fetch_all(missing, known, policy, cancel));
  inputs.snapshots = std::move(fetched.snapshots);
  pins_.with([&](auto& all) { all[placement.scope] = {revision, fetched.pins}; });
  return std::move(fetched.pins);
}

Result<std::vector<Pin>> Desired::known_pins(const Scope& scope,
                                             const std::string& revision) const {
  const auto known = pins_.with([&](const auto& all) -> std::optional<std::vector<Pin>> {
    const auto it = all.find(scope);
    if (it == all.end() || it->second.revision != revision) return std::nullopt;
    return it->second.pins;
  });
  if (known) return *known;
  const auto committed = committed_ ? committed_(scope) : std::nullopt;
  if (!committed || committed->revision != revision) return std::vector<Pin>();
  return engine::load_pins(journal_, committed->manifest);
}

Result<Value> Desired::recorded(const Scope& scope) const {
  const auto known = recorded_.with([&](const auto& all) -> std::optional<Value> {
    const auto it = all.find(scope);
    return it == all.end() ? std::nullopt : std::optional(it->second);
  });
  if (known) return *known;
  const auto committed = committed_ ? committed_(scope) : std::nullopt;
  if (!committed) return Value();
  return TRY(engine::load_manifest(journal_, committed->manifest)).recorded;
}

std::vector<bool> Desired::touched(const std::vector<const Placement*>& placements,
                                   const Revision& to, const Cancel& cancel) {
  std::vector<bool> out(placements.size(), true);
  // Most were rendered from one and the same commit.
  std::map<std::string, std::optional<ChangeSet>> changes;
  const auto from = known_.with([&](const auto& all) {
    std::vector<std::string> commits;
    for (const Placement* one : placements) {
      const auto it = all.find(one->scope);
      commits.push_back(it != all.end() && it->second.settled ? it->second.commit : "");
    }
    return commits;
  });
  constexpr std::size_t kMostCommits = 16;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    if (from[i].empty() || changes.contains(from[i]) || changes.size() >= kMostCommits) continue;
    const auto found =
        source_.changes(placements[i]->git, {.id = from[i], .name = "", .subject = ""}, to, cancel);
    changes.emplace(from[i], found ? std::optional<ChangeSet>(*found) : std::nullopt);
  }
  known_.with([&](auto& all) {
    for (std::size_t i = 0; i < placements.size(); ++i) {
      const auto set = changes.find(from[i]);
      const auto it = all.find(placements[i]->scope);
      if (set == changes.end() || !set->second || it == all.end()) continue;
      // Rendered anew meanwhile: whoever did that came by another way.
      if (it->second.commit != from[i] || set->second->touches(it->second.inputs)) continue;
      it->second.commit = to.id;
      out[i] = false;
    }
  });
  wanted_.with([&](auto& all) {
    for (std::size_t i = 0; i < placements.size(); ++i) {
      if (!out[i]) all[placements[i]->scope].revision = to;
    }
  });
  return out;
}

std::optional<Digest> Desired::known_digest(const Scope& scope, const Revision& revision) const {
  return known_.with([&](const auto& all) -> std::optional<Digest> {
    const auto it = all.find(scope);
    if (it == all.end() || it->second.commit != revision.id || it->second.digest.empty()) {
      return std::nullopt;
    }
    return it->second.digest;
  });
}

Result<engine::ScopeInput> Desired::render(const Placement& placement, const Revision& revision,
                                           bool configured, const Cancel& cancel) {
  engine::ScopeInput input;
  input.scope = placement.scope;
  input.revision = revision;
  input.policy = placement.deployment->sync;
  const auto snapshot = source_.fetch(placement.git, revision, SourceBounds{}, cancel);
  Known known;
  known.settled = true;
  auto made = [&]() -> Result<Manifest> {
    if (!snapshot) return fail(Error(snapshot.error()));
    input.revision = (*snapshot)->revision();
    const TrackedSnapshot tracked(*snapshot);
    auto manifest = this->manifest(placement, tracked, known.settled, cancel);
    known.inputs = tracked.inputs();
    return manifest;
  }();
  WantedStatus status;
  status.revision = input.revision;
  if (made) {
    input.manifest = std::move(*made);
    input.manifest_digest = engine::manifest_digest(journal_, input.manifest);
    status.manifest_digest = known.digest = input.manifest_digest;
  } else {
    status.error = made.error();
  }
  if (configured) {
    known.commit = revision.id;
    known.settled = known.settled && snapshot && (made || made.error().retry() == Retry::never);
    known_.with([&](auto& all) { all[placement.scope] = std::move(known); });
    wanted_.with([&](auto& all) { all[placement.scope] = std::move(status); });
  }
  if (!made) {
    return fail(
        Error(made.error()).with_context(placement.scope.to_string() + " at " + revision.name));
  }
  return input;
}

}  // namespace rumbo::control
