#include "store.h"

namespace rumbo::fake_api {

const std::map<Name, Value>& Store::all(const std::string& storage) const {
  static const std::map<Name, Value> kNone;
  const auto found = objects_.find(storage);
  return found == objects_.end() ? kNone : found->second;
}

Value Store::find(const std::string& storage, const Name& name) const {
  const auto& objects = all(storage);
  const auto found = objects.find(name);
  return found == objects.end() ? Value() : found->second;
}

Value Store::put(const std::string& storage, const Name& name, Value object) {
  Value& kept = objects_[storage][name];
  Change change{++version_, storage, name, kept, {}, {}};
  kept = object.with_path({"metadata", "resourceVersion"}, std::to_string(version_));
  change.after = kept;
  log(std::move(change));
  return kept;
}

void Store::erase(const std::string& storage, const Name& name) {
  auto& objects = objects_[storage];
  const auto found = objects.find(name);
  if (found == objects.end()) return;
  Change change{++version_, storage, name, found->second, {}, {}};
  change.gone = found->second.with_path({"metadata", "resourceVersion"}, std::to_string(version_));
  objects.erase(found);
  log(std::move(change));
}

void Store::log(Change change) {
  changes_.push_back(std::move(change));
  while (changes_.size() > window) {
    forgotten_ = changes_.front().version;
    changes_.pop_front();
  }
}

}  // namespace rumbo::fake_api
