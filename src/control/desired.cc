#include "control/desired.h"

#include <algorithm>

#include "base/semver.h"
#include "base/strings.h"
#include "codec/json.h"
#include "engine/manifest_store.h"
#include "render/substitute_manifest.h"

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

Result<FetchedChart> Desired::fetch_chart(const ChartSpec& spec, const Cancel& cancel) {
  const bool exact = Version::parse(spec.version).has_value();
  std::optional<Revision> revision = dependencies_.with([&](auto& all) -> std::optional<Revision> {
    const auto it = all.find(spec);
    return it == all.end() ? std::nullopt : std::optional(it->second);
  });
  if (!revision) {
    revision = TRY(source_.resolve(spec, cancel));
    if (exact) dependencies_.with([&](auto& all) { all[spec] = *revision; });
  }
  const auto snapshot = TRY(source_.fetch(spec, *revision, SourceBounds{}, cancel));
  return FetchedChart{*revision, TRY(snapshot->read(kChartFile))};
}

Result<Rendered> Desired::rendered(const Placement& placement, const Revision& revision,
                                   bool fresh_secrets, const Cancel& cancel) {
  const auto [main, second] = parts_of(revision);
  const auto snapshot = TRY(source_.fetch(placement.source, main, SourceBounds{}, cancel));
  const auto [kind, renderer] = TRY(this->renderer(placement, *snapshot));
  RenderSpec spec{path_of(placement.source), placement.environment->ns, {}};
  if (kind == RendererKind::kustomize) spec.options = placement.deployment->kustomize;
  if (kind == RendererKind::helm) {
    spec.options = placement.deployment->helm;
    if (!spec.options["releaseName"].is_string()) {
      spec.options = spec.options.with("releaseName", placement.application->name);
    }
  }
  const InputsNeeded needed = TRY(renderer->inputs_needed(*snapshot, spec));
  if (!needed.snapshots.empty()) {
    return fail(Code::unsupported,
                "the manifests need files from elsewhere: " + needed.snapshots.front());
  }
  RenderInputs inputs;
  if (placement.values) {
    auto values = source_.fetch(*placement.values, second, SourceBounds{}, cancel);
    if (!values) return fail(std::move(values).error().with_context("the values' repository"));
    inputs.snapshots.emplace(kValuesSource, *std::move(values));
    spec.values_path = placement.values->path;
  }
  std::vector<std::string> charts;
  for (const ChartSpec& chart : needed.charts) {
    FetchedChart fetched = TRY(fetch_chart(chart, cancel));
    charts.push_back(chart.chart + " " + fetched.revision.name + " " + fetched.revision.id + " " +
                     chart.repo);
    inputs.charts.emplace(chart, std::move(fetched));
  }
  if (!needed.live_reads.empty() && live_) {
    inputs.live = TRY(live_(placement.scope, needed.live_reads, cancel));
  }
  inputs.recorded = TRY(recorded(placement.scope));
  inputs.now = clock_.wall();
  // Under the installation's key: nobody else can tell it, and an unchanged scope has the same.
  std::string seed = "random " + placement.scope.to_string();
  if (fresh_secrets) {
    // What is rotated names the new round: the same again until it is committed.
    seed += " after " + codec::to_json(inputs.recorded);
    inputs.recorded = fresh_.with([&](const auto& all) {
      const auto it = all.find(placement.scope);
      return it == all.end() || it->second.first != seed ? Value() : it->second.second;
    });
  }
  inputs.seed = journal_.digest(seed, Secrecy::secret);
  Rendered rendered = TRY(renderer->render(*snapshot, spec, inputs));
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
    rendered = TRY(renderer->render(*snapshot, spec, inputs));
  }
  if (!rendered.to_record.empty()) rendered.manifest.recorded = rendered.to_record;
  if (fresh_secrets) {
    fresh_.with([&](auto& all) { all[placement.scope] = {seed, rendered.to_record}; });
  }
  rendered.manifest.charts = std::move(charts);
  rendered.warnings.insert(rendered.warnings.begin(), needed.warnings.begin(),
                           needed.warnings.end());
  TRY(render::substitute_manifest(rendered.manifest, *snapshot, placement.deployment->substitute));
  return rendered;
}

Result<Value> Desired::recorded(const Scope& scope) {
  const std::optional<BlobRef> committed = committed_ ? committed_(scope) : std::nullopt;
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

Result<engine::ScopeInput> Desired::render(const Placement& placement, const Revision& revision,
                                           const Ask& ask, const Cancel& cancel) {
  engine::ScopeInput input;
  input.scope = placement.scope;
  input.revision = revision;
  input.policy = placement.deployment->sync;
  auto made = rendered(placement, revision, ask.fresh_secrets, cancel);
  WantedStatus status;
  status.revision = revision;
  if (made) {
    input.manifest = std::move(made->manifest);
    input.warnings = std::move(made->warnings);
    input.manifest_digest = engine::manifest_digest(journal_, input.manifest);
    status.manifest_digest = input.manifest_digest;
  } else {
    status.error = made.error();
  }
  if (made && !ask.fresh_secrets && !input.manifest.recorded.is_null()) {
    // Not committed yet, but what is rendered next has the same.
    const auto committed = committed_ ? committed_(placement.scope) : std::nullopt;
    recorded_.with([&](auto& all) { all[placement.scope] = {committed, input.manifest.recorded}; });
  }
  if (ask.configured) {
    wanted_.with([&](auto& all) { all[placement.scope] = std::move(status); });
  }
  if (!made) {
    return fail(
        std::move(made).error().with_context(placement.scope.to_string() + " at " + revision.name));
  }
  return input;
}

}  // namespace rumbo::control
