// What discovery documents say, as tables: the aggregated form and the older one, a document for
// each group and version. Pure. Internal to Discovery.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/value.h"
#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

/// One group's version and what it serves.
struct ServedVersion {
  std::string version;
  /// The server could not ask the API behind it: what it says (mostly nothing) is not to be
  /// believed.
  bool stale = false;
  std::vector<Resource> resources;
};

/// Versions of each group, the preferred one first.
using ServedGroups = std::map<std::string, std::vector<ServedVersion>>;

/// True for an answer in the aggregated form.
bool is_aggregated(const Value& answer);

/// Adds what an APIGroupDiscoveryList says.
void read_aggregated(const Value& list, ServedGroups& out);

/// Groups and versions without their resources: of an APIVersions or APIGroupList document.
void read_group_names(const Value& answer, ServedGroups& out);

/// Resources of an APIResourceList.
std::vector<Resource> read_resources(const Value& list, const std::string& group,
                                     const std::string& version);

/// `fresh`, where stale versions keep what `known` has of them.
ServedGroups merge_stale(ServedGroups fresh, const ServedGroups& known);

}  // namespace rumbo::target::kubernetes
