// Rig: a whole Rumbo in virtual time: a Git server in memory that can fail, a simulated host, a
// journal on a disk that outlives processes, and on them Core, the verbs and the reconciler.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/config_loader.h"
#include "control/core.h"
#include "control/local_operations.h"
#include "control/reconciler.h"
#include "render/helm/helm_renderer.h"
#include "render/kustomize/kustomize.h"
#include "sim/clock.h"
#include "sim/memory_journal.h"
#include "sim/sim_target.h"
#include "sim/world.h"

namespace rumbo::controltest {

/// Repositories by URL; each branch points at a commit. Charts likewise: location_of() is the URL,
/// the version the branch, and the only file kChartFile.
class MemorySource : public Source {
 public:
  using Files = std::map<std::string, std::string>;

  /// Adds a commit and moves the branch to it; returns its id.
  std::string commit(const std::string& url, const Files& files,
                     const std::string& branch = "main");
  void move(const std::string& url, const std::string& branch, const std::string& id);

  Result<Revision> resolve(const SourceSpec& spec, const Cancel& cancel) override;
  Result<std::shared_ptr<const Snapshot>> fetch(const SourceSpec& spec, const Revision& revision,
                                                const SourceBounds& bounds,
                                                const Cancel& cancel) override;
  Result<std::vector<FileChange>> changes(const GitSpec& spec, const Revision& from,
                                          const Revision& to, const Cancel& cancel) override;

  std::map<std::string, Error> down;  ///< by URL
  std::map<std::string, int> resolves;
  std::optional<Error> fetch_down;
  int fetches = 0;

 private:
  Result<Revision> resolve_chart(const ChartSpec& spec);

  std::map<std::pair<std::string, std::string>, Files> commits_;
  std::map<std::pair<std::string, std::string>, std::string> branches_;
  int next_ = 1;
};

/// Takes every file below the path as YAML.
class YamlRenderer : public Renderer {
 public:
  mutable Guarded<std::map<std::string, int>> renders;  ///< by path
  Result<InputsNeeded> inputs_needed(const Snapshot&, const RenderSpec&,
                                     const RenderInputs&) const override {
    return InputsNeeded{};
  }
  Result<Rendered> render(const Snapshot& snapshot, const RenderSpec& spec,
                          const RenderInputs& inputs) const override;
};

/// A deployment and its ConfigMap as files; `health` as in sim/world.h.
MemorySource::Files release(const std::string& name, const std::string& image,
                            const std::string& health = "");

inline constexpr const char* kShopUrl = "https://git.example.com/shop.git";
inline constexpr const char* kCartUrl = "https://git.example.com/cart.git";

/// One application document; `more` are further lines of its spec.
std::string application(const std::string& name, const std::string& more = "");
std::string environment();

class Rig {
 public:
  explicit Rig(const std::string& config, sim::Character character = sim::Character::host);
  ~Rig();

  /// A new process: with this configuration if given. Unsynced records are lost if it crashed.
  void restart(const std::string& config = "", bool crash = false);
  void stop_process();

  /// Lets the daemon run for this long.
  void run(Duration time);

  Value status(const std::string& application = "");
  /// The status of one application.
  Value app(const std::string& name = "shop");
  Value sync(const std::string& application = "", const control::SyncOptions& options = {});
  Value rollback(const std::string& application, const std::string& to = "");
  /// The only deployment image a person sees, or what is wrong.
  std::string image(const std::string& name = "shop");
  int count(RecordType type);
  int count_events(const std::string& event);
  /// The message of the newest; empty if there is none.
  std::string last_event(const std::string& event);
  int transactions();
  std::string outcome_of_last();

  control::Operations& operations() { return *operations_; }
  control::Core& core() { return *core_; }
  control::Reconciler& reconciler() { return *reconciler_; }

  sim::SimClock clock;
  sim::World world;
  MemorySource source;
  /// How often what is below a path was rendered, by this process.
  int renders(const std::string& path) { return renderer_.renders.copy()[path]; }
  /// Called at every wait of a transaction.
  std::function<void()> on_pause;

 private:
  void start(const std::string& config);

  std::string config_;
  const sim::Character character_;
  sim::MemoryDisk disk_;
  std::unique_ptr<sim::MemoryJournal> journal_;
  std::unique_ptr<sim::SimTarget> target_;
  YamlRenderer renderer_;
  render::HelmRenderer charts_;
  render::KustomizeRenderer overlays_;
  std::unique_ptr<control::Core> core_;
  std::unique_ptr<control::LocalOperations> operations_;
  std::unique_ptr<control::Reconciler> reconciler_;
};

ObjectKey deployment_key(const std::string& name = "shop");

}  // namespace rumbo::controltest
