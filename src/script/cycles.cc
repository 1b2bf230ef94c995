#include "script/cycles.h"

#include <unordered_map>
#include <unordered_set>

#include "script/list.h"

namespace rumbo::script {
namespace {

/// A walk from container to container, depth first.
class Walk {
 public:
  explicit Walk(const std::vector<Ref<Map>>& changed) {
    for (const Ref<Map>& map : changed) changed_.insert(map.get());
  }

  void from(const Ref<Map>& map) {
    if (!places_.contains(map.get())) enter(Any(map));
    while (!path_.empty()) step();
  }
  const std::unordered_set<Map*>& to_clear() const { return to_clear_; }

 private:
  static constexpr std::size_t kDone = static_cast<std::size_t>(-1);
  struct Frame {
    Any container;
    std::size_t next = 0;
  };

  void enter(Any container) {
    places_[container.object().get()] = path_.size();
    if (Map* map = container.map(); map != nullptr && changed_.contains(map)) {
      changed_on_path_.push_back(map);
    }
    path_.push_back({std::move(container)});
  }

  void step() {
    Frame& top = path_.back();
    const Map* map = top.container.map();
    const List* list = top.container.list();
    const bool plain = (map != nullptr ? map->pristine() : list->pristine()) != nullptr;
    if (plain || top.next == (map != nullptr ? map->size() : list->size())) {
      leave();
      return;
    }
    Any child = map != nullptr ? map->at(top.next++) : list->at(top.next++);
    if (!child.object() || (child.map() == nullptr && child.list() == nullptr)) return;
    const auto known = places_.find(child.object().get());
    if (known == places_.end()) {
      enter(std::move(child));
    } else if (known->second != kDone && !changed_on_path_.empty()) {
      // A ring: the map changed last on the way here is a part of it.
      to_clear_.insert(changed_on_path_.back());
    }
  }

  void leave() {
    const Object* object = path_.back().container.object().get();
    if (!changed_on_path_.empty() && changed_on_path_.back() == path_.back().container.map()) {
      changed_on_path_.pop_back();
    }
    places_[object] = kDone;
    path_.pop_back();
  }

  std::unordered_set<const Map*> changed_;
  std::unordered_map<const Object*, std::size_t> places_;  // on the path, or done with
  std::vector<Frame> path_;
  std::vector<Map*> changed_on_path_;
  std::unordered_set<Map*> to_clear_;
};

}  // namespace

void break_cycles(const std::vector<Ref<Map>>& changed) {
  if (changed.empty()) return;
  Walk walk(changed);
  for (const Ref<Map>& map : changed) walk.from(map);
  for (Map* map : walk.to_clear()) map->clear();
}

}  // namespace rumbo::script
