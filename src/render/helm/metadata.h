// Metadata: what Chart.yaml says.
//
// Threads: as any value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "render/helm/profile.h"

namespace rumbo::render::helm {

struct Maintainer {
  std::string name, email, url;
};

struct Dependency {
  std::string name, version, repository, condition;
  std::vector<std::string> tags;
  bool enabled = false;
  Value import_values;  ///< a list, or null
  std::string alias;
};

struct Metadata {
  std::string name, home, version, description, icon, api_version, condition, tags, app_version;
  std::string kube_version, type;
  std::vector<std::string> sources, keywords;
  std::vector<Maintainer> maintainers;
  std::map<std::string, std::string> annotations;
  bool deprecated = false;
  /// nullopt: the file has no such field, which Helm treats otherwise than an empty list.
  std::optional<std::vector<Dependency>> dependencies;
  bool null_entries = false;  ///< a maintainer is null
  bool null_dependency = false;

  bool library() const { return type == "library"; }
};

/// Reads Chart.yaml. Errors are Helm's: "error converting YAML to JSON: …".
Result<Metadata> read_metadata(std::string_view text, Profile profile);
/// Reads what requirements.yaml adds: the dependencies.
Result<> read_requirements(std::string_view text, Metadata& into, Profile profile);

/// Helm's checks, with its words ("validation: chart.metadata.name is required"). Texts lose
/// characters that cannot be printed.
Result<> validate(Metadata& metadata);

}  // namespace rumbo::render::helm
