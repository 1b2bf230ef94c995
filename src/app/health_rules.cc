#include "app/health_rules.h"

#include <memory>
#include <set>

#include "base/strings.h"
#include "engine/health/scripts.h"

namespace rumbo::app {
namespace {

constexpr std::uint64_t kMaxScript = 256ull << 10;
constexpr std::size_t kMaxScripts = 5000;
constexpr Duration kPatience = 1s;

Result<std::vector<std::string>> directories(io::FileSystem& files, const std::string& path) {
  std::vector<std::string> out;
  for (const std::string& name : TRY(files.list(path))) {
    const auto info = files.stat(path + "/" + name);
    if (info && info->directory) out.push_back(name);
  }
  return out;
}

}  // namespace

Result<std::vector<HealthScript>> read_health_scripts(io::FileSystem& files,
                                                      const Environment& environment) {
  std::vector<HealthScript> out = environment.health_scripts;
  const std::string& root = environment.health_directory;
  if (root.empty()) return out;
  const auto groups = directories(files, root);
  if (!groups) {
    return fail(Error(groups.error())
                    .with_context("reading the health scripts of environment " + environment.name)
                    .at(environment.origin));
  }
  for (const std::string& group : *groups) {
    const std::string below = root + "/" + group;
    for (const std::string& kind : TRY(directories(files, below))) {
      const std::string path = below + "/" + kind + "/health.lua";
      auto source = files.read_all(path, kMaxScript);
      if (!source) {
        if (source.error().code() == Code::not_found) continue;
        return fail(std::move(source).error());
      }
      if (out.size() == kMaxScripts) {
        return fail(Code::too_large,
                    root + " holds more than " + std::to_string(kMaxScripts) + " health scripts");
      }
      const std::string name = replace_all(group, "_", "*") + "/" + (kind == "_" ? "*" : kind);
      out.push_back({name, *std::move(source), Location{path}});
    }
  }
  return out;
}

Result<HealthJudge> make_health_judge(std::vector<HealthScript> scripts, Clock& clock) {
  std::set<std::string> seen;
  std::erase_if(scripts, [&](const HealthScript& one) { return !seen.insert(one.name).second; });
  auto rules =
      std::make_shared<const engine::HealthScripts>(TRY(engine::HealthScripts::make(scripts)));
  if (rules->empty()) return HealthJudge();
  return HealthJudge([rules, &clock](std::vector<Observation>& observations) {
    for (Observation& one : observations) {
      if (!one.exists) continue;
      const MonoTime end = clock.mono() + kPatience;
      one.verdict =
          rules->judge(one.key.group, one.key.kind, one.object, [&] { return clock.mono() > end; });
    }
  });
}

}  // namespace rumbo::app
