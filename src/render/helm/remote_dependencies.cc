#include "render/helm/remote_dependencies.h"

#include <algorithm>

#include "base/semver.h"
#include "base/strings.h"
#include "codec/yaml.h"
#include "render/helm/metadata.h"
#include "render/tree_path.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kFileScheme = "file://";

std::string in(const std::string& folder, std::string_view file) {
  return folder.empty() ? std::string(file) : folder + "/" + std::string(file);
}

Result<std::string> read_or_empty(const Snapshot& snapshot, const std::string& path) {
  auto text = snapshot.read(path);
  if (!text && text.error().code() == Code::not_found) return std::string();
  return text;
}

bool fits(const std::string& range, const std::string& version) {
  if (range == version) return true;
  const auto parsed = Version::parse(version);
  const auto wanted = VersionRange::parse(range);
  return parsed && wanted && wanted->contains(*parsed);
}

tl::unexpected<Error> out_of_sync(const std::string& name) {
  return fail(Error(Code::invalid,
                    "the lock file (Chart.lock) is out of sync with the dependencies "
                    "file (Chart.yaml): dependency `" +
                        printable(name, 80) + "`")
                  .with_hint("run `helm dependency update` and commit Chart.lock"));
}

/// The access whose repository is the URL or a folder above it.
const RepositoryAccess* access_to(const std::string& url,
                                  const std::vector<RepositoryAccess>& repositories) {
  const auto plain = [](std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return std::string(text);
  };
  for (const RepositoryAccess& one : repositories) {
    const std::string base = plain(one.repo), wanted = plain(url);
    if (wanted == base || wanted.starts_with(base + "/")) return &one;
  }
  return nullptr;
}

Result<ChartSpec> spec_of(const Dependency& wanted, const std::string& version,
                          const HelmSection& section) {
  if (wanted.repository.starts_with('@') || wanted.repository.starts_with("alias:")) {
    return fail(Error(Code::unsupported, "dependency `" + wanted.name + "` names the repository `" +
                                             printable(wanted.repository, 80) +
                                             "`, which only the author's machine knows")
                    .with_hint("write the repository's URL into Chart.yaml"));
  }
  ChartSpec spec;
  spec.repo = wanted.repository;
  spec.chart = wanted.name;
  spec.version = version;
  if (const RepositoryAccess* access = access_to(wanted.repository, section.repositories)) {
    spec.credentials_file = access->credentials_file;
    spec.ca_file = access->ca_file;
    spec.plain_http = access->plain_http;
  }
  return spec;
}

class Finder {
 public:
  Finder(const Snapshot& snapshot, const HelmSection& section)
      : snapshot_(snapshot), section_(section) {}

  Result<std::vector<MissingDependency>> of_folder(const std::string& folder) const {
    std::vector<MissingDependency> out;
    const auto all = TRY(declared_dependencies(snapshot_, folder, section_.release.profile));
    if (all.declared.empty()) return out;
    const auto listed = TRY(snapshot_.list(folder));
    for (const Dependency& wanted : all.declared) {
      if (wanted.repository.empty() || has_dependency(listed, folder, wanted.name)) continue;
      MissingDependency one;
      one.name = wanted.name;
      if (wanted.repository.starts_with(kFileScheme)) {
        one.folder = TRY(local_folder(folder, wanted));
      } else {
        const auto lock = all.locked.find({wanted.name, wanted.repository});
        one.locked = lock != all.locked.end() || Version::parse(wanted.version).has_value();
        one.chart = TRY(
            spec_of(wanted, lock == all.locked.end() ? wanted.version : lock->second, section_));
      }
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  Result<std::string> local_folder(const std::string& folder, const Dependency& wanted) const {
    const std::string path = wanted.repository.substr(kFileScheme.size());
    const std::string place = path.starts_with('/') ? "" : inside_tree(folder, path);
    if (place.empty()) {
      return fail(Error(Code::denied, "dependency `" + wanted.name + "`: `" +
                                          printable(wanted.repository, 128) +
                                          "` leads out of the repository")
                      .with_hint("write a path relative to the chart"));
    }
    const std::string text = TRY(snapshot_.read(in(place, "Chart.yaml")));
    const Metadata metadata = TRY(read_metadata(text, section_.release.profile));
    if (!fits(wanted.version, metadata.version)) {
      return fail(Code::invalid, "dependency `" + wanted.name + "`: `" + place + "` is version " +
                                     printable(metadata.version, 64) + ", wanted is " +
                                     printable(wanted.version, 64));
    }
    return place;
  }

  const Snapshot& snapshot_;
  const HelmSection& section_;
};

}  // namespace

bool has_dependency(const std::vector<SnapshotFile>& files, const std::string& folder,
                    const std::string& name) {
  const std::string prefix = in(folder, "charts/");
  return std::any_of(files.begin(), files.end(), [&](const SnapshotFile& file) {
    if (!file.path.starts_with(prefix)) return false;
    const std::string_view rest = std::string_view(file.path).substr(prefix.size());
    if (rest.starts_with(name + "/")) return true;
    return rest.find('/') == std::string_view::npos && rest.ends_with(".tgz") &&
           (rest.starts_with(name + "-") || rest == name + ".tgz");
  });
}

Result<DeclaredDependencies> declared_dependencies(const Snapshot& snapshot,
                                                   const std::string& folder, Profile profile) {
  DeclaredDependencies out;
  const std::string text = TRY(read_or_empty(snapshot, in(folder, "Chart.yaml")));
  auto metadata = read_metadata(text, profile);
  if (!metadata) return out;  // loading the chart says what is wrong with it
  const bool old = metadata->api_version == "v1";
  if (old) {
    const std::string requirements = TRY(read_or_empty(snapshot, in(folder, "requirements.yaml")));
    if (!requirements.empty() && !read_requirements(requirements, *metadata, profile)) return out;
  }
  if (!metadata->dependencies) return out;
  out.declared = *metadata->dependencies;
  const std::string lock =
      TRY(read_or_empty(snapshot, in(folder, old ? "requirements.lock" : "Chart.lock")));
  if (lock.empty()) return out;
  const Value locked = TRY(codec::parse_yaml_value(lock, in(folder, "Chart.lock")));
  for (const Value& one : locked["dependencies"].items()) {
    out.locked[{one["name"].str(), one["repository"].str()}] = one["version"].str();
  }
  for (const Dependency& wanted : out.declared) {
    if (wanted.repository.empty()) continue;
    const auto found = out.locked.find({wanted.name, wanted.repository});
    if (found == out.locked.end() || !fits(wanted.version, found->second)) {
      return out_of_sync(wanted.name);
    }
  }
  return out;
}

Result<std::vector<MissingDependency>> missing_dependencies(const Snapshot& snapshot,
                                                            const std::string& folder,
                                                            const HelmSection& section) {
  const Finder finder(snapshot, section);
  auto found = TRY(finder.of_folder(folder));
  // Charts of other folders have dependencies, too, and nobody who builds them.
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].folder.empty()) continue;
    if (found.size() > 200) {
      return fail(Code::too_large, "dependencies from file:// lead to more than 200 charts");
    }
    for (auto& below : TRY(finder.of_folder(found[i].folder))) {
      found.push_back(std::move(below));
    }
  }
  return found;
}

namespace {

Result<> add_below(const Snapshot& snapshot, const std::string& folder, const HelmSection& section,
                   const std::map<ChartSpec, FetchedChart>& charts, const std::string& prefix,
                   int depth, std::vector<ChartFile>& files, std::vector<std::string>& read) {
  if (depth > section.release.limits.max_depth) {
    return fail(Code::too_large, "dependencies from file:// nest too deep");
  }
  for (const MissingDependency& one : TRY(Finder(snapshot, section).of_folder(folder))) {
    if (one.folder.empty()) {
      const auto fetched = charts.find(one.chart);
      if (fetched == charts.end()) continue;  // the check of the chart names it
      files.push_back({prefix + "charts/" + one.name + "-" + one.chart.version + ".tgz",
                       Value(fetched->second.archive)});
      continue;
    }
    const std::string below = prefix + "charts/" + one.name + "/";
    for (ChartFile& file : TRY(read_chart_folder(snapshot, one.folder, section.release.limits))) {
      read.push_back(in(one.folder, file.name));
      files.push_back({below + file.name, std::move(file.data)});
    }
    TRY(add_below(snapshot, one.folder, section, charts, below, depth + 1, files, read));
  }
  return {};
}

}  // namespace

Result<> add_dependencies(const Snapshot& snapshot, const std::string& folder,
                          const HelmSection& section,
                          const std::map<ChartSpec, FetchedChart>& charts,
                          std::vector<ChartFile>& files, std::vector<std::string>& read) {
  return add_below(snapshot, folder, section, charts, "", 0, files, read);
}

}  // namespace rumbo::render::helm
