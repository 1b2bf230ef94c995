#include "control/placement.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace rumbo::control {
namespace {

Error unknown_name(std::string_view what, const std::string& name,
                   const std::set<std::string>& known) {
  std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view near = closest(name, candidates);
  Error error(Code::not_found, "no " + std::string(what) + " `" + printable(name, 80) + "`");
  if (!near.empty()) {
    return std::move(error).with_hint("did you mean `" + std::string(near) + "`?");
  }
  if (known.empty()) return std::move(error).with_hint("the configuration names none");
  std::vector<std::string> all(known.begin(), known.end());
  if (all.size() > 10) all.resize(10);
  return std::move(error).with_hint("there are: " + join(all, ", "));
}

struct Candidate {
  Scope scope;
  const std::vector<std::string>* aliases = nullptr;
  std::size_t index = 0;
};

bool named(const Candidate& one, const std::string& name) {
  if (one.scope.application == name || one.scope.to_string() == name) return true;
  return one.aliases != nullptr &&
         std::find(one.aliases->begin(), one.aliases->end(), name) != one.aliases->end();
}

/// Indexes of the chosen candidates, in their order.
Result<std::vector<std::size_t>> choose(const std::vector<Candidate>& all,
                                        const Selector& selector) {
  std::set<std::string> applications, environments;
  for (const Candidate& one : all) {
    applications.insert(one.scope.application);
    environments.insert(one.scope.environment);
  }
  if (!selector.environment.empty() && !environments.contains(selector.environment)) {
    return fail(unknown_name("environment", selector.environment, environments));
  }
  std::set<std::size_t> chosen;
  const auto fits = [&](const Candidate& one) {
    return selector.environment.empty() || one.scope.environment == selector.environment;
  };
  for (const std::string& name : selector.applications) {
    bool found = false;
    std::size_t taken = 0;
    for (const Candidate& one : all) {
      if (!named(one, name)) continue;
      found = true;
      if (!fits(one)) continue;
      chosen.insert(one.index);
      ++taken;
    }
    if (!found) return fail(unknown_name("application", name, applications));
    if (taken == 0) {
      return fail(Code::not_found, "application `" + name + "` is not deployed to environment `" +
                                       selector.environment + "`");
    }
  }
  if (selector.applications.empty()) {
    for (const Candidate& one : all) {
      if (fits(one)) chosen.insert(one.index);
    }
  }
  return std::vector<std::size_t>(chosen.begin(), chosen.end());
}

std::vector<Candidate> candidates_of(const std::vector<Placement>& all) {
  std::vector<Candidate> out;
  for (const Placement& one : all) {
    out.push_back({one.scope, &one.application->aliases, out.size()});
  }
  return out;
}

}  // namespace

std::vector<Placement> placements_of(const Config& config,
                                     const std::map<std::string, TargetId>& targets) {
  std::vector<Placement> out;
  for (const Application& app : config.applications) {
    for (const Deployment& deployment : app.environments) {
      Placement one;
      one.application = &app;
      one.deployment = &deployment;
      one.environment = config.environment(deployment.environment);
      if (one.environment == nullptr) continue;  // the loader refuses it
      const auto target = targets.find(deployment.environment);
      one.scope = {app.name, deployment.environment,
                   target == targets.end() ? TargetId{} : target->second};
      one.source = app.source;
      if (auto* git = std::get_if<GitSpec>(&one.source)) {
        if (deployment.path) git->path = *deployment.path;
        if (deployment.ref) git->ref = *deployment.ref;
      } else if (deployment.version) {
        std::get<ChartSpec>(one.source).version = *deployment.version;
      }
      one.values = app.values_source;
      if (one.values && deployment.values_ref) one.values->ref = *deployment.values_ref;
      out.push_back(std::move(one));
    }
  }
  return out;
}

Result<std::vector<Placement>> select(const std::vector<Placement>& all, const Selector& selector) {
  std::vector<Placement> out;
  for (const std::size_t index : TRY(choose(candidates_of(all), selector))) {
    out.push_back(all[index]);
  }
  return out;
}

Result<std::vector<Scope>> select_scopes(const std::vector<Placement>& all,
                                         const std::vector<Scope>& known,
                                         const Selector& selector) {
  std::vector<Candidate> candidates = candidates_of(all);
  for (const Scope& scope : known) {
    const bool configured = std::any_of(all.begin(), all.end(), [&](const Placement& one) {
      return one.scope.application == scope.application &&
             one.scope.environment == scope.environment;
    });
    if (!configured) candidates.push_back({scope, nullptr, candidates.size()});
  }
  std::vector<Scope> out;
  for (const std::size_t index : TRY(choose(candidates, selector))) {
    out.push_back(candidates[index].scope);
  }
  return out;
}

std::vector<std::vector<Placement>> batches_of(std::vector<Placement> selected, bool together) {
  if (together) {
    return selected.empty() ? std::vector<std::vector<Placement>>()
                            : std::vector<std::vector<Placement>>{std::move(selected)};
  }
  std::vector<std::vector<Placement>> out;
  std::map<std::pair<std::string, std::string>, std::size_t> groups;
  for (Placement& one : selected) {
    const std::string& group = one.application->group;
    if (!group.empty()) {
      const auto [it, fresh] = groups.emplace(std::pair(group, one.scope.environment), out.size());
      if (!fresh) {
        out[it->second].push_back(std::move(one));
        continue;
      }
    }
    out.emplace_back().push_back(std::move(one));
  }
  return out;
}

}  // namespace rumbo::control
