#include "source/chart_cache.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "crypto/digest.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxArchive = 256ull << 20;
constexpr std::uint64_t kMaxIndex = 160ull << 20;
constexpr std::size_t kMostArchives = 500;
constexpr std::size_t kDropped = 100;  // at once, so that not every download looks at all files

}  // namespace

std::string ChartCache::path(const std::string& digest, std::string_view suffix) const {
  return directory_ + "/" + replace_all(digest, ":", "-") + std::string(suffix);
}

std::string ChartCache::index_path(const std::string& url) const {
  return directory_ + "/index-" + crypto::sha256(url).substr(7, 32);
}

std::optional<std::string> ChartCache::archive(const std::string& digest) const {
  auto bytes = files_.read_all(path(digest, ".tgz"), kMaxArchive);
  if (!bytes || crypto::sha256(*bytes) != digest) return std::nullopt;
  return *std::move(bytes);
}

Result<std::string> ChartCache::keep_archive(std::string_view bytes) const {
  std::string digest = crypto::sha256(bytes);
  TRY(files_.make_directories(directory_, 0700));
  TRY(files_.write_atomic(path(digest, ".tgz"), bytes));
  drop_oldest();
  return digest;
}

std::optional<std::string> ChartCache::provenance(const std::string& digest) const {
  auto text = files_.read_all(path(digest, ".prov"), 1 << 20);
  if (!text) return std::nullopt;
  return *std::move(text);
}

Result<> ChartCache::keep_provenance(const std::string& digest, std::string_view text) const {
  TRY(files_.make_directories(directory_, 0700));
  return files_.write_atomic(path(digest, ".prov"), text);
}

std::optional<ChartCache::Index> ChartCache::index(const std::string& url) const {
  auto bytes = files_.read_all(index_path(url), kMaxIndex);
  if (!bytes) return std::nullopt;
  // Three lines in front: a digest of what follows, and the two headers.
  Index out;
  std::string_view rest = *bytes;
  const auto line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return text;
  };
  const std::string digest(line());
  if (crypto::sha256(rest) != digest) return std::nullopt;
  out.etag = line();
  out.last_modified = line();
  out.text = rest;
  return out;
}

Result<> ChartCache::keep_index(const std::string& url, const Index& index) const {
  TRY(files_.make_directories(directory_, 0700));
  const std::string body = index.etag + "\n" + index.last_modified + "\n" + index.text;
  return files_.write_atomic(index_path(url), crypto::sha256(body) + "\n" + body);
}

void ChartCache::drop_oldest() const {
  const auto names = files_.list(directory_);
  if (!names) return;
  std::vector<std::pair<WallTime, std::string>> archives;
  for (const std::string& name : *names) {
    if (!name.ends_with(".tgz")) continue;
    const std::string file = directory_ + "/" + name;
    if (const auto info = files_.stat(file)) archives.emplace_back(info->modified, file);
  }
  if (archives.size() <= kMostArchives) return;
  std::sort(archives.begin(), archives.end());
  for (std::size_t i = 0; i < kDropped; ++i) {
    const std::string& file = archives[i].second;
    static_cast<void>(files_.remove(file));  // whoever needs it fetches it again
    static_cast<void>(files_.remove(file.substr(0, file.size() - 4) + ".prov"));
  }
}

}  // namespace rumbo::source
