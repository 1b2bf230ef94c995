// watch: one watch for each kind in use, of most metadata only, told apart by the installation's
// label. A label that was taken away looks like a deletion here; observe() tells the truth.
#include <map>
#include <random>
#include <thread>

#include "base/log.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/reflector.h"
#include "target/kubernetes/target_parts.h"
#include "target/kubernetes/watch_table.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kLookForKinds = 500ms;  ///< how soon a kind that is new in use is watched
constexpr Duration kComplainEvery = 10min;

/// Kinds whose status a deployment waits for: their events bring the whole object, which spares a
/// read for each. Of all others the metadata tells enough, and nobody's secrets travel.
bool told_whole(const KindName& kind) {
  static const std::set<KindName> kKinds{{"apps", "Deployment"},
                                         {"apps", "StatefulSet"},
                                         {"apps", "DaemonSet"},
                                         {"batch", "Job"},
                                         {"", "Pod"},
                                         {"", "PersistentVolumeClaim"}};
  return kKinds.contains(kind);
}

}  // namespace

/// Watches one kind until cancelled.
class KindWatch : public ReflectorSink {
 public:
  KindWatch(KubernetesTarget::Parts& parts, KindName kind, std::string selector, EventSink sink,
            Cancel stop)
      : parts_(parts),
        kind_(std::move(kind)),
        whole_(told_whole(kind_)),
        selector_(std::move(selector)),
        sink_(std::move(sink)),
        stop_(std::move(stop)),
        chance_(static_cast<unsigned>(
            std::hash<std::string>()(selector_ + kind_.first + kind_.second))) {}

  void run() {
    ReflectorOptions options;
    options.label_selector = selector_;
    options.metadata_only = !whole_;
    Reflector reflector(
        parts_.client, parts_.clock, parts_.sleep,
        [this] { return std::generate_canonical<double, 16>(chance_); },
        [this](const Cancel& cancel) {
          return parts_.discovery.find(kind_.first, "", kind_.second, cancel);
        },
        options, *this);
    reflector.run(stop_);
  }

  void begin() override {
    live(false);
    filled_ = false;
    table_.begin_list();
  }
  void end() override {
    filled_ = true;
    table_.end_list([this](const TargetEvent& event) { tell(event); });
  }
  void put(Value object) override {
    const ObjectKey key = key_of(object);
    if (filled_) {
      parts_.recent.moved(key, object["metadata"]["resourceVersion"].str(),
                          whole_ ? &object : nullptr, parts_.clock.mono());
    }
    tell(table_.put(key, object));
  }
  void gone(Value object) override {
    const ObjectKey key = key_of(object);
    parts_.recent.gone(key);
    tell(table_.remove(key));
  }
  void live(bool is_live) override {
    if (is_live != std::exchange(live_, is_live)) parts_.recent.watched(kind_, is_live);
  }
  void trouble(const ApiError& error) override {
    // It may be served in another version now, or by nobody.
    if (error.failure == ApiFailure::not_served) parts_.discovery.forget();
    const MonoTime now = parts_.clock.mono();
    if (stop_.cancelled() || (complained_ && now - *complained_ < kComplainEvery)) return;
    complained_ = now;
    log(LogLevel::warn, "kubernetes", "the watch of {} stopped, and is tried again: {}",
        kind_.second, error.error.to_string());
  }

 private:
  void tell(const std::optional<TargetEvent>& event) const {
    if (event && !stop_.cancelled()) sink_(*event);
  }

  KubernetesTarget::Parts& parts_;
  const KindName kind_;
  const bool whole_;
  const std::string selector_;
  const EventSink sink_;
  const Cancel stop_;
  std::minstd_rand chance_;
  WatchTable table_;
  bool filled_ = false;  ///< what is put now is news
  bool live_ = false;    ///< as parts_.recent knows it
  std::optional<MonoTime> complained_;
};

/// Watches every kind that comes into use.
class ClusterWatch : public Watch {
 public:
  ClusterWatch(std::shared_ptr<KubernetesTarget::Parts> parts, const InstallationId& install,
               EventSink sink)
      : parts_(std::move(parts)),
        selector_(std::string(kManagedLabel) + "=" + install.value),
        sink_(std::move(sink)),
        keeper_([this] { keep(); }) {}

  ~ClusterWatch() override {
    stop_.cancel();
    keeper_.join();
    for (auto& [kind, one] : kinds_) {
      one.thread.join();
      parts_->recent.watched(kind, false);
    }
  }

 private:
  struct One {
    std::unique_ptr<KindWatch> watch;
    std::thread thread;
  };

  void keep() {
    while (!stop_.cancelled()) {
      const auto used = parts_->memory.with([](const auto& known) { return known.used; });
      for (const KindName& kind : used) {
        if (kinds_.contains(kind)) continue;
        One& one = kinds_[kind];
        one.watch = std::make_unique<KindWatch>(*parts_, kind, selector_, sink_, stop_);
        one.thread = std::thread([watch = one.watch.get()] { watch->run(); });
      }
      parts_->recent.sweep(parts_->clock.mono());
      parts_->sleep(kLookForKinds);
    }
  }

  const std::shared_ptr<KubernetesTarget::Parts> parts_;
  const std::string selector_;
  const EventSink sink_;
  Cancel stop_;
  std::map<KindName, One> kinds_;  ///< the keeper's, until it has ended
  std::thread keeper_;
};

Result<std::unique_ptr<Watch>> KubernetesTarget::watch(const InstallationId& install,
                                                       EventSink sink) {
  return std::make_unique<ClusterWatch>(parts_, install, std::move(sink));
}

}  // namespace rumbo::target::kubernetes
