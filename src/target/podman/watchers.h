// Watchers: who wants to hear of changes on this host.
//
// Threads: any. After a Watch is destroyed its sink is not called again; a sink must not destroy
// its own Watch.
#pragma once

#include <map>
#include <memory>

#include "base/guarded.h"
#include "model/target.h"

namespace rumbo::target::podman {

class Watchers {
 public:
  std::unique_ptr<Watch> add(EventSink sink) {
    return list_->with([&](List& list) -> std::unique_ptr<Watch> {
      const int id = ++list.last;
      list.sinks.emplace(id, std::move(sink));
      return std::make_unique<Entry>(list_, id);
    });
  }
  void tell(const TargetEvent& event) {
    list_->with([&](List& list) {
      for (const auto& [id, sink] : list.sinks) sink(event);
    });
  }

 private:
  struct List {
    std::map<int, EventSink> sinks;
    int last = 0;
  };
  struct Entry : Watch {
    Entry(std::shared_ptr<Guarded<List>> list, int id) : list_(std::move(list)), id_(id) {}
    ~Entry() override {
      list_->with([this](List& list) { list.sinks.erase(id_); });
    }
    std::shared_ptr<Guarded<List>> list_;
    int id_;
  };
  std::shared_ptr<Guarded<List>> list_ = std::make_shared<Guarded<List>>();
};

}  // namespace rumbo::target::podman
