#include "source/git_object_cache.h"

namespace rumbo::source {

std::optional<GitObject> GitObjectCache::find(const std::string& id) const {
  if (!is_object_id(id)) return std::nullopt;
  return kept_.with([&](const Kept& kept) -> std::optional<GitObject> {
    const auto found = kept.objects.find(id);
    if (found == kept.objects.end()) return std::nullopt;
    return found->second;
  });
}

void GitObjectCache::keep(const GitObject& object) {
  if (!is_object_id(object.name) || object.type.empty() || object.content.size() > kLargest) return;
  kept_.with([&](Kept& kept) {
    if (!kept.objects.emplace(object.name, object).second) return;
    kept.order.push_back(object.name);
    kept.bytes += object.content.size();
    while (kept.bytes > kMostBytes) {
      const auto oldest = kept.objects.find(kept.order.front());
      kept.bytes -= oldest->second.content.size();
      kept.objects.erase(oldest);
      kept.order.pop_front();
    }
  });
}

}  // namespace rumbo::source
