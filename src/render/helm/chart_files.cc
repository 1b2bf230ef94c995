#include "render/helm/chart_files.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/strings.h"
#include "codec/gzip.h"
#include "codec/tar.h"
#include "render/helm/go_value.h"
#include "render/helm/helmignore.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

ChartFile make_file(std::string name, std::string_view data) {
  if (data.starts_with(kBom)) data.remove_prefix(kBom.size());
  return {std::move(name), Value(data)};
}

/// Helm walks folder by folder, each sorted by name: "a/b" comes before "a.txt".
bool walk_order(std::string_view a, std::string_view b) {
  const auto x = split(a, '/'), y = split(b, '/');
  return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
}

/// path.Clean of a relative path; empty if it leads out of where it begins.
std::string clean(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (parts.empty()) return {};
      parts.pop_back();
      continue;
    }
    parts.emplace_back(part);
  }
  return join(parts, "/");
}

/// The name below the archive's one top folder, checked as Helm checks it.
Result<std::string> name_in_chart(const std::string& entry) {
  const char delimiter = entry.find('\\') != std::string::npos ? '\\' : '/';
  const std::size_t first = entry.find(delimiter);
  if (std::string_view(entry).substr(0, first) == "Chart.yaml") {
    return fail(Code::invalid, "chart yaml not in base directory");
  }
  std::string rest = first == std::string::npos ? "" : entry.substr(first + 1);
  std::replace(rest.begin(), rest.end(), delimiter, '/');
  if (rest.starts_with('/')) {
    return fail(Code::invalid, "chart illegally contains absolute paths");
  }
  const bool leads_out = clean(rest).empty() && rest.find("..") != std::string::npos;
  const std::string name = clean(rest);
  if (leads_out || name.starts_with("..")) {
    return fail(Code::invalid, "chart illegally references parent directory");
  }
  if (name.empty()) {
    return fail(Code::invalid,
                "chart illegally contains content outside the base directory: " + go_quote(entry));
  }
  const bool drive = name.size() > 2 && name[1] == ':' && name[2] == '/';
  if (drive || name.find('\0') != std::string::npos) {
    return fail(Code::invalid, "chart contains illegally named files");
  }
  return name;
}

}  // namespace

Result<std::vector<ChartFile>> read_chart_folder(const Snapshot& snapshot, std::string_view folder,
                                                 const ChartLimits& limits) {
  const std::string prefix = folder.empty() ? "" : std::string(folder) + "/";
  auto listed = TRY(snapshot.list(folder));
  HelmIgnore ignore;
  const std::string ignore_file = prefix + ".helmignore";
  for (const SnapshotFile& file : listed) {
    if (file.path != ignore_file) continue;
    const std::string text = TRY(snapshot.read(file.path));
    ignore = TRY(HelmIgnore::parse(text));
  }
  std::sort(listed.begin(), listed.end(), [](const SnapshotFile& a, const SnapshotFile& b) {
    return walk_order(a.path, b.path);
  });
  std::vector<ChartFile> files;
  std::size_t total = 0;
  for (const SnapshotFile& file : listed) {
    const std::string name = file.path.substr(prefix.size());
    if (ignore.leaves_out(name)) continue;
    const std::string data = TRY(snapshot.read(file.path));
    if (data.size() > limits.max_file_bytes) {
      return fail(Code::too_large,
                  fmt::format("chart file {} is larger than the maximum file size {}",
                              go_quote(name), limits.max_file_bytes));
    }
    total += data.size();
    if (total > limits.max_bytes || files.size() >= limits.max_files) {
      return fail(Code::too_large, fmt::format("the chart holds more than {} files or {} bytes",
                                               limits.max_files, limits.max_bytes));
    }
    files.push_back(make_file(name, data));
  }
  return files;
}

Result<std::vector<ChartFile>> read_chart_archive(std::string_view bytes,
                                                  const ChartLimits& limits) {
  // Headers and padding come on top of what the files may hold.
  const std::string tar = TRY(codec::gunzip(bytes, limits.max_bytes + limits.max_files * 2048));
  const auto entries = TRY(codec::read_tar(tar, {.max_entries = limits.max_files}));
  std::vector<ChartFile> files;
  std::set<std::string, std::less<>> names;
  std::size_t total = 0;
  for (const codec::TarEntry& entry : entries) {
    std::string name = TRY(name_in_chart(entry.name));
    if (entry.link) {
      return fail(Error(Code::invalid, "the chart archive holds a link: " + go_quote(entry.name))
                      .with_hint("pack the file itself"));
    }
    if (entry.data.size() > limits.max_file_bytes) {
      return fail(Code::too_large,
                  fmt::format("decompressed chart file {} is larger than the maximum file size {}",
                              go_quote(entry.name), limits.max_file_bytes));
    }
    total += entry.data.size();
    if (total > limits.max_bytes) {
      return fail(Code::too_large,
                  fmt::format("decompressed chart is larger than the maximum size {} bytes",
                              limits.max_bytes));
    }
    if (!names.insert(name).second) {
      return fail(Code::invalid, "the chart archive holds " + go_quote(name) + " twice");
    }
    files.push_back(make_file(std::move(name), entry.data));
  }
  if (files.empty()) return fail(Code::invalid, "no files in chart archive");
  return files;
}

bool may_ask_capabilities(const std::vector<ChartFile>& files) {
  return std::any_of(files.begin(), files.end(), [](const ChartFile& file) {
    const std::string_view text = file.data.as_string();
    const bool chart = file.name == "Chart.yaml" || file.name.ends_with("/Chart.yaml");
    return file.name.ends_with(".tgz") || text.find("Capabilities") != text.npos ||
           (chart && text.find("kubeVersion") != text.npos);
  });
}

}  // namespace rumbo::render::helm
