#include "render/helm/hook_objects.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kHook = "helm.sh/hook";
constexpr std::string_view kWeight = "helm.sh/hook-weight";
constexpr int kMostWeight = 1000;

enum class Phase { none, before, after };

Phase phase_of(std::string_view events) {
  Phase phase = Phase::none;
  for (const auto word : split(events, ',')) {
    const std::string event = to_lower(trim(word));
    if (event == "pre-install" || event == "pre-upgrade") return Phase::before;
    if (event == "post-install" || event == "post-upgrade") phase = Phase::after;
  }
  return phase;
}

Value annotated(const Value& object, std::string_view name, std::string_view text) {
  return object.with_path({"metadata", "annotations", name}, text);
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
    const std::string_view events = annotation(object.value, kHook);
    if (events.empty()) continue;
    const auto written = parse_int(annotation(object.value, kWeight));
    const int weight =
        static_cast<int>(std::clamp<std::int64_t>(written.value_or(0), -kMostWeight, kMostWeight));
    const bool runs = object.key.kind == "Job" || object.key.kind == "Pod";
    const bool before = phase_of(events) == Phase::before;
    if (runs) {
      object.value = annotated(object.value, "rumbo.dev/hook", before ? "PreSync" : "PostSync");
    }
    const int wave = runs || !before ? weight : weight - 2 * kMostWeight;
    if (wave != 0) object.value = annotated(object.value, "rumbo.dev/wave", std::to_string(wave));
  }
}

}  // namespace rumbo::render::helm
