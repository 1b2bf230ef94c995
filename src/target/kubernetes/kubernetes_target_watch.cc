// watch: one watch for each kind in use, of most metadata only, told apart by the installation's
// label. A label that was taken away looks like a deletion here; observe() tells the truth.
#include <condition_variable>
#include <map>
#include <thread>

#include "base/log.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"
#include "target/kubernetes/watch_table.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kLookForKinds = 500ms;  ///< how soon a kind that is new in use is watched
constexpr Duration kFirstPause = 800ms;
constexpr Duration kMostPause = 30s;

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

/// Watches one kind until cancelled; lists again after a gap.
class KindWatch {
 public:
  KindWatch(KubernetesTarget::Parts& parts, KindName kind, std::string selector, EventSink sink,
            Cancel stop)
      : parts_(parts),
        kind_(std::move(kind)),
        whole_(told_whole(kind_)),
        selector_(std::move(selector)),
        sink_(std::move(sink)),
        stop_(std::move(stop)) {}

  void run() {
    Duration pause = kFirstPause;
    bool complained = false;
    while (!stop_.cancelled()) {
      const auto served = parts_.discovery.find(kind_.first, "", kind_.second, stop_);
      ApiResult<> done = served ? follow(*served) : ApiResult<>(fail(served.error()));
      if (stop_.cancelled()) return;
      if (done) {
        pause = kFirstPause;
        complained = false;
        continue;
      }
      parts_.recent.watched(kind_, live_ = false);  // events come late from here on
      if (done.error().failure == ApiFailure::gone) {
        version_.clear();
        pause = kFirstPause;
        continue;
      }
      if (!complained) {
        log(LogLevel::warn, "kubernetes", "the watch of {} stopped: {}", kind_.second,
            done.error().error.to_string());
        complained = true;
      }
      wait(pause);
      pause = std::min(pause * 2, kMostPause);
    }
  }

 private:
  ApiResult<> follow(const Resource& resource) {
    if (version_.empty()) TRY(list(resource));
    if (!live_) parts_.recent.watched(kind_, live_ = true);
    WatchOptions options;
    options.label_selector = selector_;
    options.metadata_only = !whole_;
    options.from_version = version_;
    return parts_.client.watch(
        resource, options,
        [&](const ApiEvent& event) {
          const std::string version = event.object["metadata"]["resourceVersion"].str();
          if (!version.empty()) version_ = version;
          take(event);
          return !stop_.cancelled();
        },
        stop_);
  }

  ApiResult<> list(const Resource& resource) {
    ListOptions options;
    options.label_selector = selector_;
    options.metadata_only = true;
    table_.begin_list();
    version_ = TRY(parts_.client.list(
        resource, options, [&](const Value& object) { tell(table_.put(key_of(object), object)); },
        stop_));
    table_.end_list(sink_);
    return {};
  }

  void take(const ApiEvent& event) {
    ObjectKey key{kind_.first, kind_.second, event.object["metadata"]["namespace"].str(),
                  event.object["metadata"]["name"].str()};
    switch (event.type) {
      case ApiEvent::Type::added:
      case ApiEvent::Type::modified:
        parts_.recent.moved(key, event.object["metadata"]["resourceVersion"].str(),
                            whole_ ? &event.object : nullptr, parts_.clock.mono());
        return tell(table_.put(key, event.object));
      case ApiEvent::Type::deleted:
        parts_.recent.gone(key);
        return tell(table_.remove(key));
      case ApiEvent::Type::bookmark:
      case ApiEvent::Type::synced:
        return;
    }
  }

  void tell(const std::optional<TargetEvent>& event) const {
    if (event && !stop_.cancelled()) sink_(*event);
  }

  void wait(Duration duration) const {
    const MonoTime until = parts_.clock.mono() + duration;
    while (!stop_.cancelled() && parts_.clock.mono() < until) parts_.sleep(50ms);
  }

  KubernetesTarget::Parts& parts_;
  const KindName kind_;
  const bool whole_;
  const std::string selector_;
  const EventSink sink_;
  const Cancel stop_;
  WatchTable table_;
  std::string version_;
  bool live_ = false;  ///< as parts_.recent knows it
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
