#include "target/kubernetes/discovery_tables.h"

#include <algorithm>

namespace rumbo::target::kubernetes {
namespace {

constexpr std::size_t kMaxVersions = 20'000;
constexpr std::size_t kMaxResources = 10'000;  // of one version

std::vector<std::string> words(const Value& list) {
  std::vector<std::string> out;
  for (const Value& word : list.items()) out.push_back(word.str());
  return out;
}

Resource read_resource(const Value& from, const std::string& group, const std::string& version) {
  Resource out;
  out.group = group;
  out.version = version;
  out.plural = from["resource"].str();
  out.kind = from["responseKind"]["kind"].str();
  out.namespaced = from["scope"].as_string() == "Namespaced";
  out.verbs = words(from["verbs"]);
  for (const Value& sub : from["subresources"].items()) {
    out.subresources.push_back(sub["subresource"].str());
  }
  return out;
}

std::size_t count(const ServedGroups& groups) {
  std::size_t out = 0;
  for (const auto& [name, versions] : groups) out += versions.size();
  return out;
}

void prefer(std::vector<ServedVersion>& versions, std::string_view preferred) {
  const auto at = std::find_if(versions.begin(), versions.end(),
                               [&](const auto& one) { return one.version == preferred; });
  if (at != versions.end()) std::rotate(versions.begin(), at, at + 1);
}

}  // namespace

bool is_aggregated(const Value& answer) {
  return answer["kind"].as_string() == "APIGroupDiscoveryList";
}

void read_aggregated(const Value& list, ServedGroups& out) {
  for (const Value& item : list["items"].items()) {
    const std::string group = item["metadata"]["name"].str();
    for (const Value& served : item["versions"].items()) {
      if (count(out) >= kMaxVersions) return;
      ServedVersion version;
      version.version = served["version"].str();
      version.stale = served["freshness"].as_string() == "Stale";
      for (const Value& resource : served["resources"].items()) {
        if (version.resources.size() == kMaxResources) break;
        Resource read = read_resource(resource, group, version.version);
        if (!read.plural.empty() && !read.kind.empty()) {
          version.resources.push_back(std::move(read));
        }
      }
      if (!version.version.empty()) out[group].push_back(std::move(version));
    }
  }
}

void read_group_names(const Value& answer, ServedGroups& out) {
  for (const Value& version : answer["versions"].items()) {  // APIVersions: the core group
    if (version.is_string()) out[""].push_back({version.str(), false, {}});
  }
  for (const Value& group : answer["groups"].items()) {
    auto& versions = out[group["name"].str()];
    for (const Value& version : group["versions"].items()) {
      if (count(out) >= kMaxVersions) return;
      versions.push_back({version["version"].str(), false, {}});
    }
    prefer(versions, group["preferredVersion"]["version"].as_string());
  }
}

std::vector<Resource> read_resources(const Value& list, const std::string& group,
                                     const std::string& version) {
  std::vector<Resource> out;
  for (const Value& from : list["resources"].items()) {
    const std::string name = from["name"].str();
    if (name.empty() || name.find('/') != std::string::npos || out.size() == kMaxResources) {
      continue;
    }
    Resource read;
    read.group = group;
    read.version = version;
    read.plural = name;
    read.kind = from["kind"].str();
    read.namespaced = from["namespaced"].as_bool();
    read.verbs = words(from["verbs"]);
    if (!read.kind.empty()) out.push_back(std::move(read));
  }
  for (const Value& from : list["resources"].items()) {
    const std::string name = from["name"].str();
    const auto slash = name.find('/');
    if (slash == std::string::npos) continue;
    for (Resource& parent : out) {
      if (parent.plural == std::string_view(name).substr(0, slash)) {
        parent.subresources.push_back(name.substr(slash + 1));
      }
    }
  }
  return out;
}

ServedGroups merge_stale(ServedGroups fresh, const ServedGroups& known) {
  for (auto& [group, versions] : fresh) {
    const auto before = known.find(group);
    if (before == known.end()) continue;
    for (ServedVersion& version : versions) {
      if (!version.stale) continue;
      for (const ServedVersion& old : before->second) {
        if (old.version == version.version && !old.resources.empty()) {
          version.resources = old.resources;
        }
      }
    }
  }
  return fresh;
}

}  // namespace rumbo::target::kubernetes
