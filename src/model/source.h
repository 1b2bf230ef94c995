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

/// What must be signed before a revision is used, and by whom. Off without any file.
struct GitVerify {
  enum class What { commit, tag, both };
  What what = What::commit;
  std::string allowed_signers_file;  ///< as ssh-keygen(1) describes under ALLOWED SIGNERS
  std::string keyring_file;          ///< OpenPGP public keys, binary or armoured
  /// Names of the first file, or fingerprints of the second's keys; empty: all in the files.
  std::vector<std::string> signers;
  bool on() const { return !allowed_signers_file.empty() || !keyring_file.empty(); }
  friend bool operator==(const GitVerify&, const GitVerify&) = default;
};

struct GitSpec {
  std::string url;
  GitRef ref;
  std::string path;  ///< sub-path of the tree, "" for all
  /// File with "user:password" or a token; for ssh the private key. Never in argv or logs.
  std::string credentials_file;
  std::string credentials_env = {};   ///< instead: the environment variable that holds them
  std::string ca_file = {};           ///< the server's certificate must be signed by one of these
  std::string known_hosts_file = {};  ///< ssh: the only host keys that are trusted
  std::string proxy = {};             ///< http, https or socks5 URL without credentials
  bool submodules = false;            ///< read them too, over the same kinds of URL
  GitVerify verify = {};
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
  std::string id;           ///< commit hash or digest
  std::string name;         ///< "main@1a2b3c4", "1.2.3@9f86d08"
  std::string subject;      ///< first line of the commit message, or what else is known
  std::string signer = {};  ///< who signed it, if that was verified
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
  std::uint64_t max_download = 2ull << 30;  ///< of one transfer, compressed
};

/// A file that differs between two revisions.
struct FileChange {
  std::string path;
  bool content_only = false;  ///< it was and is a file of that kind; else it came, went or turned
  friend bool operator==(const FileChange&, const FileChange&) = default;
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
  /// The paths that decide what is at `path`: itself, the symlinks on its way, and where they lead.
  virtual std::vector<std::string> trail(std::string_view path) const {
    return {std::string(path)};
  }
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
  /// The files that differ between two revisions, in the whole tree; what was not fetched yet is.
  virtual Result<std::vector<FileChange>> changes(const GitSpec& spec, const Revision& from,
                                                  const Revision& to, const Cancel& cancel) = 0;
};

}  // namespace rumbo
