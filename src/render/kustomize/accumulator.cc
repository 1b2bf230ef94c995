#include "render/kustomize/accumulator.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace rumbo::render::kustomize {
namespace {

tl::unexpected<Error> met_before(const std::string& name) {
  return fail(Code::conflict, fmt::format("var '{}' already encountered", printable(name, 128)));
}

Gvk gvk_of(const Variable::Target& target) {
  Gvk gvk{target.group, target.version, target.kind};
  if (target.api_version.empty()) return gvk;
  const Gvk parsed = parse_api_version(target.api_version);
  if (!parsed.group.empty()) gvk.group = parsed.group;
  gvk.version = parsed.version;
  return gvk;
}

}  // namespace

Result<> Accumulator::merge(const Build& build, const Accumulator& other) {
  TRY(resources.append_all(build, other.resources));
  config = TRY(merge_configs(config, other.config));
  for (const auto& [name, variable] : other.variables) {
    if (!variables.emplace(name, variable).second) return met_before(name);
  }
  return {};
}

Result<> Accumulator::add_variables(Build& build, const std::vector<Variable>& more) {
  for (const Variable& variable : more) {
    const ResId wanted{gvk_of(variable.object), variable.object.name, variable.object.ns, false};
    const auto found = resources.by_any_id(build, [&](const ResId& id) {
      return wanted.ns.empty() ? wanted.same_but_namespace(id) : wanted.equals(id);
    });
    if (found.size() > 1) {
      return fail(Code::conflict,
                  fmt::format("found {} resId matches for var {} (unable to disambiguate)",
                              found.size(), printable(variable.name, 128)));
    }
    if (found.size() == 1) {
      found.front()->variables.push_back(build.arena().keep(variable.name));
    }
  }
  for (const Variable& variable : more) {
    if (!variables.emplace(variable.name, variable).second) return met_before(variable.name);
  }
  return {};
}

std::vector<Variable> Accumulator::sorted_variables() const {
  std::vector<Variable> sorted;
  for (const auto& [name, variable] : variables) sorted.push_back(variable);
  return sorted;
}

}  // namespace rumbo::render::kustomize
