// The verb logs: which containers are meant, and their lines with their places.
#include <algorithm>

#include "base/guarded.h"
#include "base/strings.h"
#include "control/local_operations.h"
#include "control/workers.h"
#include "engine/rules.h"

namespace rumbo::control {
namespace {

struct Found {
  Scope scope;
  ObjectKey key;
};

std::string name_of(const ObjectKey& key) {
  return key.kind + "/" + key.name;
}

/// "[pod/NAME/CONTAINER] text" taken apart.
Value event_of(const Scope& scope, std::string_view line, bool several) {
  constexpr std::string_view kBegin = "[pod/";
  std::string pod, container;
  const std::size_t end = line.find("] ");
  if (line.starts_with(kBegin) && end != std::string_view::npos) {
    const std::string_view place = line.substr(kBegin.size(), end - kBegin.size());
    const std::size_t slash = place.find('/');
    pod = place.substr(0, slash);
    if (slash != std::string_view::npos) container = place.substr(slash + 1);
    line.remove_prefix(end + 2);
  }
  return Value::object({{"line", line},
                        {"application", scope.application},
                        {"environment", scope.environment},
                        {"several", several},
                        {"pod", pod},
                        {"container", container}});
}

rumbo::LogOptions target_options(const ContainerLogOptions& options) {
  rumbo::LogOptions out;
  out.follow = options.follow;
  out.previous = options.previous;
  out.tail = options.tail;
  out.since = options.since;
  out.timestamps = options.timestamps;
  out.all_containers = options.all_containers;
  out.named = true;
  return out;
}

}  // namespace

/// "shop" as people type it: an application before a workload of the same name.
bool LocalOperations::names_application(const std::string& word) const {
  const auto known = core_.known_scopes();
  return std::any_of(known.begin(), known.end(),
                     [&](const Scope& scope) { return scope.application == word; });
}

Result<> LocalOperations::logs(const ContainerLogOptions& asked, const EventSink& events,
                               const Cancel& cancel) {
  ContainerLogOptions options = asked;
  if (options.select.applications.empty() && names_application(options.object)) {
    options.select.applications = {std::exchange(options.object, "")};
  }
  std::vector<Found> found;
  bool several = options.all_containers;
  std::vector<std::string> workloads;
  for (const Scope& scope : TRY(scopes(options.select))) {
    const auto manifest = TRY(live_.committed(scope));
    if (manifest == nullptr) continue;
    for (const Object& one : manifest->objects) {
      if (!engine::is_workload(one.key)) continue;
      const std::string name = name_of(one.key);
      workloads.push_back(name);
      const std::string& object = options.object;
      if (object.empty() || to_lower(object) == to_lower(name) || object == one.key.name) {
        found.push_back({scope, one.key});
        several = several || found.size() > 1 || one.value["spec"]["replicas"].as_int(1) > 1;
      }
    }
  }
  if (found.empty()) {
    std::vector<std::string_view> names(workloads.begin(), workloads.end());
    const std::string_view near = closest(options.object, names);
    return fail(Error(Code::not_found,
                      options.object.empty()
                          ? "nothing that writes a log is deployed"
                          : "no workload `" + printable(options.object, 80) + "` is deployed")
                    .with_hint(near.empty() ? "there are: " + join(workloads, ", ")
                                            : "did you mean `" + std::string(near) + "`?"));
  }
  if (found.size() > 1 && !options.object.empty()) {
    return fail(Error(Code::invalid, std::to_string(found.size()) + " workloads fit")
                    .with_hint("name one, and an environment by -e: " + join(workloads, ", ")));
  }
  Mutex writing;
  bool open = true;
  const auto read = [&](const Found& one) -> Result<> {
    Target* target = core_.target(one.scope.target);
    if (target == nullptr) {
      return fail(Code::not_found, "no target is named `" + one.scope.target.value + "`");
    }
    return target->logs(
        one.key, options.container, target_options(options),
        [&](std::string_view line) {
          MutexLock lock(writing);
          open = open && events(event_of(one.scope, line, several));
          return open;
        },
        cancel);
  };
  if (found.size() == 1) return read(found[0]);
  // Of several workloads one that has no pods, or ran only once, hides no other.
  std::vector<Result<>> results(found.size());
  std::vector<std::function<void()>> work;
  for (std::size_t i = 0; i < found.size(); ++i) {
    work.emplace_back([&, i] { results[i] = read(found[i]); });
  }
  if (options.follow) {
    side_by_side(std::move(work), {});
  } else {
    for (const auto& one : work) one();
  }
  const bool any = std::any_of(results.begin(), results.end(),
                               [](const Result<>& one) { return one.has_value(); });
  for (Result<>& one : results) {
    if (!one && (!any || one.error().code() != Code::not_found)) return std::move(one);
  }
  return {};
}

}  // namespace rumbo::control
