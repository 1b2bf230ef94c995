#include "model/config.h"

#include "model/source.h"

namespace rumbo {
namespace {

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view name) {
  for (const T& one : all) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace

const Application* Config::application(std::string_view name) const {
  return find_named(applications, name);
}

const Environment* Config::environment(std::string_view name) const {
  return find_named(environments, name);
}

std::string GitRef::to_string() const {
  if (!branch.empty()) return "branch " + branch;
  if (!tag.empty()) return "tag " + tag;
  if (!semver.empty()) return "semver " + semver;
  if (!commit.empty()) return "commit " + commit;
  return "ref " + (name.empty() ? std::string("HEAD") : name);
}

}  // namespace rumbo
