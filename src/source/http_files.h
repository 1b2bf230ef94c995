// HttpFiles: single files by http(s) URL, kept on disk by their digest, so that what was fetched
// once is there without a network.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "io/env.h"
#include "model/source.h"

namespace rumbo::source {

class HttpFiles {
 public:
  static constexpr std::uint64_t kMostBytes = 16ull << 20;

  /// `directory` is made when something is kept.
  HttpFiles(std::string directory, io::Env& env) : directory_(std::move(directory)), env_(env) {}

  /// What the URL holds now: a snapshot of one file whose revision is "sha256:…" of its bytes.
  /// Code::not_found if the server has none, Code::too_large above 16 MiB.
  Result<std::shared_ptr<const Snapshot>> fetch(const std::string& url, const Cancel& cancel);
  /// The file with exactly this digest: the one that was kept, else from the URL. Code::conflict if
  /// the URL holds something else by now.
  Result<std::shared_ptr<const Snapshot>> pinned(const std::string& url, const std::string& digest,
                                                 const Cancel& cancel);

 private:
  std::string place_of(const std::string& digest) const;
  Result<std::string> get(const std::string& url, const Cancel& cancel);

  const std::string directory_;
  io::Env& env_;
};

}  // namespace rumbo::source
