#include "rig.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "codec/yaml.h"

namespace rumbo::controltest {
namespace {

class MemorySnapshot : public Snapshot {
 public:
  MemorySnapshot(Revision revision, MemorySource::Files files)
      : revision_(std::move(revision)), files_(std::move(files)) {}
  const Revision& revision() const override { return revision_; }
  Result<std::vector<SnapshotFile>> list(std::string_view directory) const override {
    std::vector<SnapshotFile> out;
    for (const auto& [path, text] : files_) {
      if (!directory.empty() && !path.starts_with(std::string(directory) + "/")) continue;
      out.push_back({path, text.size(), false, false});
    }
    return out;
  }
  Result<std::string> read(std::string_view path) const override {
    const auto it = files_.find(std::string(path));
    if (it == files_.end()) return fail(Code::not_found, "no file " + std::string(path));
    return it->second;
  }

 private:
  Revision revision_;
  MemorySource::Files files_;
};

void run_inline(const std::vector<std::function<void()>>& work,
                const std::function<void()>& meanwhile) {
  for (const auto& one : work) one();
  if (meanwhile) meanwhile();
}

}  // namespace

// ---- MemorySource

std::string MemorySource::commit(const std::string& url, const Files& files,
                                 const std::string& branch) {
  std::string id = std::to_string(next_++);
  id = std::string(40 - id.size(), 'a') + id;
  commits_[{url, id}] = files;
  branches_[{url, branch}] = id;
  return id;
}

void MemorySource::move(const std::string& url, const std::string& branch, const std::string& id) {
  branches_[{url, branch}] = id;
}

Result<Revision> MemorySource::resolve(const SourceSpec& source, const Cancel&) {
  if (const auto* chart = std::get_if<ChartSpec>(&source)) return resolve_chart(*chart);
  const GitSpec& spec = std::get<GitSpec>(source);
  ++resolves[spec.url];
  if (const auto it = down.find(spec.url); it != down.end()) return fail(Error(it->second));
  std::string id = spec.ref.commit;
  const std::string name = spec.ref.branch.empty() ? "commit" : spec.ref.branch;
  if (id.empty()) {
    const auto it = branches_.find({spec.url, spec.ref.branch});
    if (it == branches_.end())
      return fail(Code::not_found, "the repository has no " + spec.ref.to_string());
    id = it->second;
  }
  if (!commits_.contains({spec.url, id})) return fail(Code::not_found, "no commit " + id);
  return Revision{id, name + "@" + id.substr(36), "commit " + id.substr(36)};
}

Result<std::shared_ptr<const Snapshot>> MemorySource::fetch(const SourceSpec& source,
                                                            const Revision& revision,
                                                            const SourceBounds&, const Cancel&) {
  ++fetches;
  if (fetch_down) return fail(Error(*fetch_down));
  if (const auto* chart = std::get_if<ChartSpec>(&source)) {
    const std::string url = location_of(*chart);
    return std::make_shared<const MemorySnapshot>(revision, commits_.at({url, revision.id}));
  }
  const GitSpec& spec = std::get<GitSpec>(source);
  if (const auto it = down.find(spec.url); it != down.end()) return fail(Error(it->second));
  return std::make_shared<const MemorySnapshot>(revision, commits_.at({spec.url, revision.id}));
}

Result<Revision> MemorySource::resolve_chart(const ChartSpec& spec) {
  const std::string url = location_of(spec);
  ++resolves[url];
  if (const auto it = down.find(url); it != down.end()) return fail(Error(it->second));
  const auto it = branches_.find({url, spec.version});
  if (it == branches_.end()) return fail(Code::not_found, "no " + reference_of(spec));
  return Revision{it->second, spec.version + "@" + it->second.substr(36), ""};
}

Result<std::vector<FileChange>> MemorySource::changes(const GitSpec& spec, const Revision& from,
                                                      const Revision& to, const Cancel&) {
  const Files& before = commits_.at({spec.url, from.id});
  const Files& after = commits_.at({spec.url, to.id});
  std::vector<FileChange> out;
  for (const auto& [path, text] : before) {
    const auto it = after.find(path);
    if (it == after.end()) out.push_back({path, false});
    if (it != after.end() && it->second != text) out.push_back({path, true});
  }
  for (const auto& [path, text] : after) {
    if (!before.contains(path)) out.push_back({path, false});
  }
  return out;
}

// ---- YamlRenderer

Result<Rendered> YamlRenderer::render(const Snapshot& snapshot, const RenderSpec& spec,
                                      const RenderInputs&) const {
  renders.with([&](auto& all) { ++all[spec.path]; });
  Rendered out;
  for (const SnapshotFile& file : TRY(snapshot.list(spec.path))) {
    const std::string text = TRY(snapshot.read(file.path));
    for (const auto& node : TRY(codec::parse_yaml(text, file.path))) {
      Value object = node.value;
      if (object["metadata"]["namespace"].as_string().empty()) {
        object = object.with_path({"metadata", "namespace"}, spec.ns);
      }
      out.manifest.objects.push_back({key_of(object), object, node.location(file.path)});
    }
  }
  return out;
}

MemorySource::Files release(const std::string& name, const std::string& image,
                            const std::string& health) {
  const std::string annotations =
      health.empty() ? "" : "  annotations: {sim/health: \"" + health + "\"}\n";
  return {{"deploy/app.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name +
                                  "\n" + annotations +
                                  "spec:\n  replicas: 2\n  template:\n    spec:\n"
                                  "      containers: [{name: app, image: \"" +
                                  image + "\"}]\n"},
          {"deploy/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name +
                                     "}\ndata: {image: \"" + image + "\"}\n"},
          {"README.md", "not deployed"}};
}

std::string application(const std::string& name, const std::string& more) {
  return "---\napiVersion: rumbo.dev/v1alpha1\nkind: Application\nmetadata: {name: " + name +
         "}\nspec:\n  source: {git: {url: \"https://git.example.com/" + name +
         ".git\", path: deploy}}\n  environments: [dev]\n  renderer: plain\n" + more;
}

std::string environment() {
  return "---\napiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {name: dev}\n"
         "spec: {target: {podman: {}}, namespace: shop-dev}\n";
}

ObjectKey deployment_key(const std::string& name) {
  return {"apps", "Deployment", "shop-dev", name};
}

// ---- Rig

Rig::Rig(const std::string& config, sim::Character character) : character_(character) {
  start(config);
}
Rig::~Rig() = default;

void Rig::start(const std::string& config) {
  config_ = config;
  journal_ = std::make_unique<sim::MemoryJournal>(disk_, clock);
  target_ = std::make_unique<sim::SimTarget>(world, clock, character_, disk_.install);
  const auto epoch = journal_->take_over("test", world.boot_id);
  auto parsed = control::parse_config(config, "/etc/rumbo.yaml");
  ASSERT_TRUE(parsed) << parsed.error().to_string();
  control::CoreParts parts{*parsed,
                           *journal_,
                           epoch.value_or(0),
                           world.boot_id,
                           {{TargetId{"podman"}, target_.get()}},
                           {{"dev", TargetId{"podman"}}},
                           source,
                           {{RendererKind::plain, &renderer_},
                            {RendererKind::helm, &charts_},
                            {RendererKind::kustomize, &overlays_}},
                           clock};
  parts.runner.poll = 1s;
  parts.pause = [this](MonoTime until) {
    clock.advance_to(std::min(until, clock.mono() + Duration(1min)));
    if (on_pause) on_pause();
  };
  parts.run_all = run_inline;
  auto core = control::Core::open(std::move(parts));
  ASSERT_TRUE(core) << core.error().to_string();
  core_ = std::move(*core);
  reconciler_ = std::make_unique<control::Reconciler>(
      *core_, control::ReconcilerOptions{},
      [](control::Lane, const std::function<void()>& job) { job(); });
  control::LocalOptions options;
  options.changed = [this] { reconciler_->poke(); };
  operations_ = std::make_unique<control::LocalOperations>(*core_, options);
}

void Rig::stop_process() {
  operations_.reset();
  reconciler_.reset();
  core_.reset();
  target_.reset();
  journal_.reset();
}

void Rig::restart(const std::string& config, bool crash) {
  stop_process();
  if (crash) disk_.lose_unsynced();
  start(config.empty() ? config_ : config);
}

void Rig::run(Duration time) {
  const MonoTime end = clock.mono() + time;
  while (clock.mono() < end) {
    const MonoTime next = reconciler_->step(clock.mono());
    clock.advance_to(std::clamp(next, clock.mono() + Duration(1ms),
                                std::max(end, clock.mono() + Duration(1ms))));
  }
}

Value Rig::status(const std::string& application) {
  control::Selector select;
  if (!application.empty()) select.applications = {application};
  const auto status = operations_->status(select);
  EXPECT_TRUE(status) << (status ? "" : status.error().to_string());
  return status ? *status : Value();
}

Value Rig::app(const std::string& name) {
  return status(name)["applications"][0];
}

Value Rig::sync(const std::string& application, const control::SyncOptions& options) {
  control::SyncOptions all = options;
  if (!application.empty()) all.select.applications = {application};
  all.actor = "user:anna";
  const auto result = operations_->sync(all, {});
  EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
  return result ? *result : Value();
}

Value Rig::rollback(const std::string& application, const std::string& to) {
  control::RollbackOptions options;
  options.application = application;
  options.to = to;
  options.actor = "user:anna";
  const auto result = operations_->rollback(options, {});
  EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
  return result ? *result : Value();
}

std::string Rig::image(const std::string& name) {
  const auto visible = world.visible();
  const auto it = visible.find(deployment_key(name));
  if (it == visible.end()) return "(none)";
  return it->second["spec"]["template"]["spec"]["containers"][0]["image"].str();
}

int Rig::count(RecordType type) {
  return static_cast<int>(std::count_if(disk_.records.begin(), disk_.records.end(),
                                        [&](const Record& one) { return one.type == type; }));
}

int Rig::count_events(const std::string& event) {
  return static_cast<int>(
      std::count_if(disk_.records.begin(), disk_.records.end(), [&](const Record& one) {
        return one.type == RecordType::event && one.body["event"].as_string() == event;
      }));
}

std::string Rig::last_event(const std::string& event) {
  for (auto one = disk_.records.rbegin(); one != disk_.records.rend(); ++one) {
    if (one->type == RecordType::event && one->body["event"].as_string() == event) {
      return one->body["message"].str();
    }
  }
  return {};
}

int Rig::transactions() {
  return count(RecordType::begin);
}

std::string Rig::outcome_of_last() {
  const auto history = operations_->history({}, 1);
  return history ? (*history)["transactions"][0]["outcome"].str() : history.error().to_string();
}

}  // namespace rumbo::controltest
