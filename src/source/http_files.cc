#include "source/http_files.h"

#include "base/log.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "model/memory_snapshot.h"

namespace rumbo::source {
namespace {

constexpr Duration kTimeout = 1min;
constexpr std::string_view kDigestPrefix = "sha256:";

/// Without the query, which may hold a token.
std::string shown(const std::string& url) {
  return printable(url.substr(0, url.find('?')), 512);
}

/// The last part of the URL's path.
std::string name_of(const std::string& url) {
  const std::string path = url.substr(0, url.find_first_of("?#"));
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.empty() || name == "." || name == ".." ? "file" : name;
}

std::shared_ptr<const Snapshot> snapshot_of(const std::string& url, std::string bytes,
                                            const std::string& digest) {
  const std::string name = name_of(url);
  Revision revision{digest, name + "@" + digest.substr(kDigestPrefix.size(), 7), ""};
  std::map<std::string, std::string> files;
  files.emplace(name, std::move(bytes));
  return std::make_shared<const MemorySnapshot>(std::move(files), std::move(revision));
}

bool is_digest(std::string_view text) {
  return text.size() == kDigestPrefix.size() + 64 && text.starts_with(kDigestPrefix) &&
         text.find_first_not_of("0123456789abcdef", kDigestPrefix.size()) == text.npos;
}

Error refused(int status, const std::string& url) {
  const std::string message = shown(url) + ": HTTP status " + std::to_string(status);
  if (status == 404 || status == 410) return {Code::not_found, message};
  if (status == 401 || status == 403) return {Code::denied, message};
  return {Code::unavailable, message, Retry::later};
}

}  // namespace

std::string HttpFiles::place_of(const std::string& digest) const {
  return directory_ + "/" + digest.substr(kDigestPrefix.size());
}

Result<std::string> HttpFiles::get(const std::string& url, const Cancel& cancel) {
  io::HttpRequest request;
  request.url = url;
  request.follow_redirects = true;
  request.max_body = kMostBytes;
  const Cancel bounded = cancel.with_deadline(env_.clock.mono() + kTimeout);
  auto response = env_.http.send(request, bounded);
  if (!response) return fail(std::move(response).error().with_context("fetching " + shown(url)));
  if (response->status != 200) return fail(refused(response->status, url));
  return std::move(response->body);
}

Result<std::shared_ptr<const Snapshot>> HttpFiles::fetch(const std::string& url,
                                                         const Cancel& cancel) {
  std::string bytes = TRY(get(url, cancel));
  const std::string digest = crypto::sha256(bytes);
  const std::string place = place_of(digest);
  if (!env_.files.stat(place)) {
    // Kept for later; without it the build works all the same.
    auto kept = env_.files.make_directories(directory_, 0700);
    if (kept) kept = env_.files.write_atomic(place, bytes);
    if (!kept) log(LogLevel::warn, "files", "cannot keep {}: {}", place, kept.error().to_string());
  }
  return snapshot_of(url, std::move(bytes), digest);
}

Result<std::shared_ptr<const Snapshot>> HttpFiles::pinned(const std::string& url,
                                                          const std::string& digest,
                                                          const Cancel& cancel) {
  if (!is_digest(digest)) {
    return fail(Code::invalid, "`" + printable(digest, 128) + "` is no digest of a file");
  }
  auto kept = env_.files.read_all(place_of(digest), kMostBytes);
  if (kept && crypto::sha256(*kept) == digest) return snapshot_of(url, std::move(*kept), digest);
  auto snapshot = TRY(fetch(url, cancel));
  if (snapshot->revision().id == digest) return snapshot;
  return fail(Error(Code::conflict, shown(url) + " holds other bytes than it did")
                  .with_hint("it was " + digest + " and is " + snapshot->revision().id + " now"));
}

}  // namespace rumbo::source
