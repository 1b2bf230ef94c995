#include "control/desired.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "codec/json.h"
#include "engine/manifest_store.h"
#include "io/work_guard.h"
#include "render/substitute_manifest.h"
#include "source/git_refs.h"

namespace rumbo::control {
namespace {

constexpr int kMostLookups = 5;

bool is_commit(std::string_view text) {
  return text.size() >= 7 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Between the ids of a revision of two repositories.
constexpr char kBoth = '+';

/// The revisions of the first and the second repository.
std::pair<Revision, Revision> parts_of(const Revision& revision) {
  const std::size_t at = revision.id.find(kBoth);
  if (at == std::string::npos) return {revision, {}};
  const std::size_t name = revision.name.find(", values ");
  return {{revision.id.substr(0, at), revision.name.substr(0, name), revision.subject},
          {revision.id.substr(at + 1), "", ""}};
}

/// Without a list, which only Kustomize has, all locations may be used.
RemotePolicy policy_of(const Placement& placement) {
  RemotePolicy policy;
  if (const auto* git = std::get_if<GitSpec>(&placement.source)) policy.own = *git;
  if (const Value& listed = placement.deployment->kustomize["remotes"]; listed.is_array()) {
    policy.allowed.emplace();
    for (const Value& one : listed.items()) policy.allowed->push_back(one.str());
  }
  return policy;
}

/// The groups of the definitions in a manifest, sorted.
std::vector<std::string> groups_defined(const Manifest& manifest) {
  std::set<std::string> groups;
  for (const Object& object : manifest.objects) {
    if (object.key.kind != "CustomResourceDefinition") continue;
    groups.insert(object.value["spec"]["group"].str());
  }
  return {groups.begin(), groups.end()};
}

std::string inside(const std::string& directory, std::string_view file) {
  return directory.empty() ? std::string(file) : directory + "/" + std::string(file);
}

}  // namespace

SourceKey source_key(const Placement& placement) {
  SourceKey key{location_of(placement.source), reference_of(placement.source)};
  if (placement.values) {
    key.ref += ", values of " + placement.values->url + " at " + placement.values->ref.to_string();
  }
  return key;
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

/// The revision of an application with values of a second repository names both.
Result<Revision> Desired::with_values(const Placement& placement, Result<Revision> revision,
                                      const Cancel& cancel) {
  if (!revision || !placement.values) return revision;
  const Revision values = TRY(source_.resolve(*placement.values, cancel));
  revision->id += kBoth + values.id;
  revision->name += ", values " + values.name;
  return revision;
}

Result<Revision> Desired::resolve(const Placement& placement, const Cancel& cancel) {
  Result<Revision> revision =
      with_values(placement, source_.resolve(placement.source, cancel), cancel);
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
  return with_values(placement, resolve_main(placement, revision, cancel), cancel);
}

Result<Revision> Desired::resolve_main(const Placement& placement, const std::string& revision,
                                       const Cancel& cancel) {
  if (revision.empty() || revision.front() == '-' || revision.size() > 256) {
    return fail(Code::invalid, "`" + printable(revision, 80) + "` is no commit or reference");
  }
  if (const auto* chart = std::get_if<ChartSpec>(&placement.source)) {
    ChartSpec other = *chart;
    other.version = revision;
    return source_.resolve(other, cancel);
  }
  GitSpec git = std::get<GitSpec>(placement.source);
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
  if (!source::is_missing_reference(found.error())) return found;
  if (revision != "HEAD" && !revision.starts_with("refs/")) {
    return fail(Error(Code::not_found,
                      git.url + " has no branch, tag or commit `" + printable(revision, 80) + "`")
                    .with_hint("commits are named by their full id, as `git rev-parse` prints it"));
  }
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
    const std::string path = path_of(placement.source);
    for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
      if (!snapshot.read(inside(path, name))) continue;
      kind = RendererKind::kustomize;
      found = name;
    }
    if (path.ends_with(".tgz") || snapshot.read(inside(path, "Chart.yaml"))) {
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
  const std::string seen =
      found.empty() ? "" : "`" + inside(path_of(placement.source), found) + "`: ";
  return fail(Error(Code::unsupported, seen + what + " cannot be rendered yet")
                  .with_hint("commit the rendered manifests as plain YAML, or set "
                             "`renderer: plain` to take the files as they are"));
}

Result<Rendered> Desired::rendered(const Placement& placement, const Snapshot& snapshot,
                                   const Revision& revision, const Ask& ask, bool& settled,
                                   engine::LiveReads& reads, const Cancel& cancel) {
  const auto [kind, renderer] = TRY(this->renderer(placement, snapshot));
  RenderSpec spec{path_of(placement.source), placement.environment->ns, {}};
  if (kind == RendererKind::kustomize) spec.options = placement.deployment->kustomize;
  if (kind == RendererKind::helm) {
    spec.options = placement.deployment->helm;
    if (!spec.options["releaseName"].is_string()) {
      spec.options = spec.options.with("releaseName", placement.application->name);
    }
  }
  RenderInputs inputs;
  if (placement.values) {
    auto values =
        source_.fetch(*placement.values, parts_of(revision).second, SourceBounds{}, cancel);
    if (!values) return fail(std::move(values).error().with_context("the values' repository"));
    inputs.snapshots.emplace(kValuesSource, *std::move(values));
    spec.values_path = placement.values->path;
  }
  const auto known = TRY(known_pins(placement.scope, revision.id));
  auto pins = TRY(fetch_remotes(placement, snapshot, *renderer, spec, known, inputs, cancel));
  const InputsNeeded needed = TRY(renderer->inputs_needed(snapshot, spec, inputs));
  TRY(remotes_.fetch_charts(needed.charts, known, policy_of(placement), inputs, pins, cancel));
  if (!pins.empty()) {
    pins_.with([&](auto& all) { all[placement.scope] = {revision.id, pins}; });
  }
  if (!needed.live_reads.empty() && live_) {
    inputs.live = TRY(live_(placement.scope, needed.live_reads, cancel));
  }
  Served served;
  const bool charts = kind == RendererKind::helm ||
                      (kind == RendererKind::kustomize && spec.options["enableHelm"].as_bool());
  if (charts && served_) {
    served = TRY(served_(placement.scope.target, cancel));
    inputs.kube_version = served.version;
    inputs.api_versions = served.apis;
  }
  inputs.recorded = TRY(recorded(placement.scope));
  inputs.now = clock_.wall();
  inputs.trace = ask.trace;
  inputs.stopped = [guard = io::WorkGuard(clock_), cancel]() -> std::string {
    return cancel.cancelled() ? "is cancelled" : guard.exceeded();
  };
  // Under the installation's key: nobody else can tell it, and an unchanged scope has the same.
  std::string seed = "random " + placement.scope.to_string();
  if (ask.fresh_secrets) {
    // What is rotated names the new round: the same again until it is committed.
    seed += " after " + codec::to_json(inputs.recorded);
    inputs.recorded = fresh_.with([&](const auto& all) {
      const auto it = all.find(placement.scope);
      return it == all.end() || it->second.first != seed ? Value() : it->second.second;
    });
  }
  inputs.seed = journal_.digest(seed, Secrecy::secret);
  settled = settled && !placement.values && pins.empty() && needed.live_reads.empty();
  Rendered rendered = TRY(renderer->render(snapshot, spec, inputs));
  settled = settled && rendered.live_reads.empty();
  // Objects that templates ask for show while they run: read, and render again.
  for (int round = 0; !rendered.live_reads.empty(); ++round) {
    if (round == kMostLookups || !live_) {
      return fail(Code::invalid, "the chart's lookups lead from one to the next more than " +
                                     std::to_string(kMostLookups) + " times");
    }
    for (auto& [key, value] : TRY(live_(placement.scope, rendered.live_reads, cancel))) {
      inputs.live.insert_or_assign(key, std::move(value));
    }
    for (const ObjectKey& key : rendered.live_reads) inputs.live.try_emplace(key, Value());
    rendered = TRY(renderer->render(snapshot, spec, inputs));
  }
  if (!rendered.to_record.empty()) rendered.manifest.recorded = rendered.to_record;
  if (ask.fresh_secrets) {
    fresh_.with([&](auto& all) { all[placement.scope] = {seed, rendered.to_record}; });
  }
  rendered.manifest.pins = std::move(pins);
  rendered.warnings.insert(rendered.warnings.begin(), needed.warnings.begin(),
                           needed.warnings.end());
  const Value& substitute = placement.deployment->substitute;
  const auto wanted = TRY(render::live_variables(substitute, spec.ns));
  settled = settled && wanted.empty();
  std::map<ObjectKey, Value> live;
  if (!wanted.empty() && live_) live = TRY(live_(placement.scope, wanted, cancel));
  settled = settled && !(rendered.used_capabilities && !served.version.empty());
  TRY(render::substitute_manifest(rendered.manifest, snapshot, substitute, spec.ns, live,
                                  ask.trace));
  TRY(place(rendered.manifest, placement.scope.target, cancel));
  for (const auto& [key, value] : live) inputs.live.insert_or_assign(key, value);
  for (const ObjectKey& key : wanted) inputs.live.try_emplace(key, Value());
  for (const ObjectKey& key : needed.live_reads) inputs.live.try_emplace(key, Value());
  for (const auto& [key, value] : inputs.live) {
    reads.objects.emplace_back(key, engine::read_digest(journal_, value));
  }
  if (rendered.used_capabilities && !served.version.empty()) {
    reads.own_groups = groups_defined(rendered.manifest);
    reads.served = engine::served_digest(journal_, served, reads.own_groups);
  }
  return rendered;
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
                                                const RenderSpec& spec,
                                                const std::vector<Pin>& known, RenderInputs& inputs,
                                                const Cancel& cancel) {
  const auto missing = [&](const auto& here) -> Result<std::vector<std::string>> {
    RenderInputs so_far;
    so_far.snapshots = here;
    InputsNeeded needed = TRY(renderer.inputs_needed(snapshot, spec, so_far));
    return std::move(needed.snapshots);
  };
  if (TRY(missing(inputs.snapshots)).empty()) return std::vector<Pin>();
  Fetched fetched = TRY(remotes_.fetch_all(missing, known, policy_of(placement), cancel));
  inputs.snapshots.merge(fetched.snapshots);
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

Result<Value> Desired::recorded(const Scope& scope) {
  const auto there = committed_ ? committed_(scope) : std::nullopt;
  const std::optional<BlobRef> committed = there ? std::optional(there->manifest) : std::nullopt;
  const auto known = recorded_.with([&](const auto& all) -> std::optional<Value> {
    const auto it = all.find(scope);
    if (it == all.end() || it->second.committed != committed) return std::nullopt;
    return it->second.results;
  });
  if (known) return *known;
  if (!committed) return Value();
  Value results = TRY(engine::load_manifest(journal_, *committed)).recorded;
  recorded_.with([&](auto& all) { all[scope] = {committed, results}; });
  return results;
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
    const auto* git = std::get_if<GitSpec>(&placements[i]->source);
    if (git == nullptr) continue;  // another version is another chart
    const auto found =
        source_.changes(*git, {.id = from[i], .name = "", .subject = ""}, to, cancel);
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
                                           const Ask& ask, const Cancel& cancel) {
  engine::ScopeInput input;
  input.scope = placement.scope;
  input.revision = revision;
  input.policy = placement.deployment->sync;
  const auto snapshot =
      source_.fetch(placement.source, parts_of(revision).first, SourceBounds{}, cancel);
  Known known;
  known.settled = !ask.fresh_secrets;
  auto made = [&]() -> Result<Rendered> {
    if (!snapshot) return fail(Error(snapshot.error()));
    if (!placement.values) input.revision = (*snapshot)->revision();
    const TrackedSnapshot tracked(*snapshot);
    auto result = rendered(placement, tracked, revision, ask, known.settled, input.reads, cancel);
    known.inputs = tracked.inputs();
    return result;
  }();
  WantedStatus status;
  status.revision = input.revision;
  if (made) {
    input.manifest = std::move(made->manifest);
    input.warnings = std::move(made->warnings);
    input.manifest_digest = engine::manifest_digest(journal_, input.manifest);
    status.manifest_digest = known.digest = input.manifest_digest;
  } else {
    status.error = made.error();
  }
  if (made && !ask.fresh_secrets && !input.manifest.recorded.is_null()) {
    // Not committed yet, but what is rendered next has the same.
    const auto there = committed_ ? committed_(placement.scope) : std::nullopt;
    const std::optional<BlobRef> committed = there ? std::optional(there->manifest) : std::nullopt;
    recorded_.with([&](auto& all) { all[placement.scope] = {committed, input.manifest.recorded}; });
  }
  if (ask.configured) {
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
