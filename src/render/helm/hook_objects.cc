#include "render/helm/hook_objects.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kHook = "helm.sh/hook";
constexpr std::string_view kWeight = "helm.sh/hook-weight";
constexpr std::string_view kDelete = "helm.sh/hook-delete-policy";
constexpr int kMostWeight = 1000;

enum class Phase { none, before, after, test };

/// When what belongs to the hook must be there. The engine itself reads which Jobs run when.
Phase phase_of(std::string_view events) {
  Phase phase = Phase::none;
  for (const auto word : split(events, ',')) {
    const std::string event = to_lower(trim(word));
    if (event.starts_with("pre-")) return Phase::before;
    if (event.starts_with("post-")) phase = Phase::after;
    if (phase == Phase::none && (event == "test" || event == "test-success")) phase = Phase::test;
  }
  return phase;
}

}  // namespace

Result<> read_hook(const RenderedDocument& hook, ObjectReader& reader,
                   std::vector<std::string>& warnings) {
  const auto events = hook.annotations.find(std::string(kHook));
  if (events == hook.annotations.end()) return {};
  if (phase_of(events->second) == Phase::none) {
    warnings.push_back("hook " + hook.kind + " " + hook.name + " (" + events->second +
                       ") has no part in a deployment and is left out");
    return {};
  }
  return reader.read(hook.path, hook.text);
}

void mark_hooks(std::vector<Object>& objects) {
  for (Object& object : objects) {
    const std::string events(annotation(object.value, kHook));
    if (events.empty()) continue;
    const std::string_view text = annotation(object.value, kWeight);
    const auto written = parse_int(text);
    const int weight =
        static_cast<int>(std::clamp<std::int64_t>(written.value_or(0), -kMostWeight, kMostWeight));
    // What a test needs is made for the test alone.
    const bool runs =
        object.key.kind == "Job" || object.key.kind == "Pod" || phase_of(events) == Phase::test;
    int wave = weight;
    if (!runs) {
      const Value& metadata = object.value["metadata"];
      Value annotations = metadata["annotations"];
      for (const std::string_view name : {kHook, kWeight, kDelete}) {
        annotations = annotations.without(name);
      }
      object.value = object.value.with("metadata", metadata.with("annotations", annotations));
      if (phase_of(events) == Phase::before) wave -= 2 * kMostWeight;
    }
    if (wave == 0 && text.empty()) continue;
    object.value =
        object.value.with_path({"metadata", "annotations", "rumbo.dev/wave"}, std::to_string(wave));
  }
}

}  // namespace rumbo::render::helm
