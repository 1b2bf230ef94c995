// ChartCache: chart archives by their digest, and indexes by their URL, in the state directory.
//
// What is read is checked against its digest, so that a damaged file is only fetched again. The
// oldest archives go when there are too many.
//
// Threads: any; several processes may share a directory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/filesystem.h"

namespace rumbo::source {

class ChartCache {
 public:
  ChartCache(std::string directory, io::FileSystem& files)
      : directory_(std::move(directory)), files_(files) {}

  /// The archive of a "sha256:…" digest, if it is here and whole.
  std::optional<std::string> archive(const std::string& digest) const;
  /// Keeps it; returns its digest.
  Result<std::string> keep_archive(std::string_view bytes) const;

  std::optional<std::string> provenance(const std::string& digest) const;
  Result<> keep_provenance(const std::string& digest, std::string_view text) const;

  /// An index as the server gave it, with what it said to recognise it again.
  struct Index {
    std::string etag, last_modified, text;
  };
  std::optional<Index> index(const std::string& url) const;
  Result<> keep_index(const std::string& url, const Index& index) const;

 private:
  std::string path(const std::string& digest, std::string_view suffix) const;
  std::string index_path(const std::string& url) const;
  void drop_oldest() const;

  const std::string directory_;
  io::FileSystem& files_;
};

}  // namespace rumbo::source
