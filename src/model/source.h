// Source: where desired state lives. Resolving names a content address; fetching makes it a
// Snapshot, an immutable file tree that never follows symlinks out of itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace rumbo {

/// Which commit of a Git repository is wanted. Exactly one member is set.
struct GitRef {
  std::string branch, tag, semver, commit, name;
  std::string to_string() const;  ///< "branch main"
};

struct GitSpec {
  std::string url;
  GitRef ref;
  std::string path;              ///< sub-path of the tree, "" for all
  std::string credentials_file;  ///< file with "user:password" or a token; never in argv or logs
  std::string ca_file;
};

/// A chart of a Helm repository or an OCI registry. Its snapshot is one file, kChartFile: the
/// archive as it was published.
struct ChartSpec {
  std::string repo;     ///< https://… (index.yaml is below it) or oci://…, without credentials
  std::string chart;    ///< its name there
  std::string version;  ///< one version or a range; empty: the newest that is no prerelease
  std::string credentials_file;  ///< as GitSpec's
  std::string ca_file;
  std::string keyring;      ///< OpenPGP keys, one of which must have signed it; empty: not checked
  bool plain_http = false;  ///< an OCI registry without TLS
  friend auto operator<=>(const ChartSpec&, const ChartSpec&) = default;
};

inline constexpr std::string_view kChartFile = "chart.tgz";

/// Where an application's files come from.
using SourceSpec = std::variant<GitSpec, ChartSpec>;

/// The repository's URL; of a chart with its name at the end.
std::string location_of(const SourceSpec& spec);
/// What is wanted of it: "branch main", "version ^1.2".
std::string reference_of(const SourceSpec& spec);
/// What the renderer is given: a directory, or the chart's archive.
std::string path_of(const SourceSpec& spec);

/// A resolved content address with its human name.
struct Revision {
  std::string id;       ///< commit hash or digest
  std::string name;     ///< "main@1a2b3c4", "1.2.3@9f86d08"
  std::string subject;  ///< first line of the commit message, or what else is known
  friend bool operator==(const Revision&, const Revision&) = default;
};

struct SnapshotFile {
  std::string path;  ///< relative, '/'-separated, no "." or ".."
  std::uint64_t size = 0;
  bool executable = false;
  bool symlink = false;
};

/// Bounds on what a fetch may bring in.
struct SourceBounds {
  std::uint64_t max_bytes = 256ull << 20;
  std::uint64_t max_file_bytes = 32ull << 20;
  std::size_t max_files = 100'000;
};

/// An immutable file tree at one revision. Threads: all methods from any thread.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual const Revision& revision() const = 0;
  /// Regular files and symlinks under `directory` ("" = root), recursively, sorted by path.
  virtual Result<std::vector<SnapshotFile>> list(std::string_view directory) const = 0;
  /// The bytes of a file; symlinks are followed only within the tree.
  virtual Result<std::string> read(std::string_view path) const = 0;
  /// What the tree holds but this snapshot leaves out: "submodule vendor/lib is not read".
  virtual std::vector<std::string> warnings() const { return {}; }
};

/// Threads: one Source serves any number of threads.
class Source {
 public:
  virtual ~Source() = default;
  /// What the reference means now; talks to the remote.
  virtual Result<Revision> resolve(const SourceSpec& spec, const Cancel& cancel) = 0;
  /// The tree at a revision; from the local mirror when it is there already.
  virtual Result<std::shared_ptr<const Snapshot>> fetch(const SourceSpec& spec,
                                                        const Revision& revision,
                                                        const SourceBounds& bounds,
                                                        const Cancel& cancel) = 0;
  /// True if any file under `path` differs between two revisions that were fetched.
  virtual Result<bool> changed(const SourceSpec& spec, const Revision& a, const Revision& b,
                               const Cancel& cancel) = 0;
};

}  // namespace rumbo
