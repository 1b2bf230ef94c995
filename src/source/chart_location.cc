#include "source/chart_location.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "source/git_url.h"

namespace rumbo::source {
namespace {

constexpr std::size_t kMaxUrl = 4096;
constexpr std::string_view kOci = "oci://";
/// Docker Hub's registry answers under another name than people write.
constexpr std::string_view kHubNames[] = {"docker.io", "index.docker.io"};
constexpr std::string_view kHub = "registry-1.docker.io";

bool plain_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\';
  });
}

/// A repository's name by the distribution specification, loosely: lower-case parts.
bool is_repository_name(std::string_view name) {
  if (name.empty() || name.size() > 255) return false;
  for (const auto part : split(name, '/')) {
    if (part.empty() || part.front() == '.' || part.front() == '-') return false;
    const bool fine = std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
    if (!fine) return false;
  }
  return true;
}

bool is_chart_name(std::string_view name) {
  if (name.empty() || name.size() > 250 || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

std::string url_origin(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string name = to_lower(url.substr(0, scheme));
  if (name != "http" && name != "https") return {};
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  std::string origin = name + "://" + to_lower(host);
  const std::string_view usual = name == "https" ? ":443" : ":80";
  if (origin.ends_with(usual)) origin.resize(origin.size() - usual.size());
  return origin;
}

std::string resolve_url(std::string_view base, std::string_view reference) {
  if (reference.find("://") != std::string_view::npos) return std::string(reference);
  const std::size_t scheme = base.find("://");
  const std::size_t path = base.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  const std::string_view host = base.substr(0, path);
  std::vector<std::string> parts;
  const std::string joined =
      reference.starts_with('/')
          ? std::string(reference)
          : (path == std::string_view::npos ? "" : std::string(base.substr(path))) + "/" +
                std::string(reference);
  for (const auto part : split(joined, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return std::string(host) + "/" + join(parts, "/");
}

Result<ChartLocation> chart_location(const ChartSpec& spec) {
  const std::string shown = printable(without_credentials(spec.repo), 256);
  if (spec.repo.size() > kMaxUrl || !plain_text(spec.repo)) {
    return fail(Code::invalid, "`" + shown + "` is no URL of a chart repository");
  }
  if (!is_chart_name(spec.chart)) {
    return fail(Code::invalid, "`" + printable(spec.chart, 64) + "` is no name of a chart");
  }
  std::string_view rest = spec.repo;
  ChartLocation location;
  location.oci = rest.starts_with(kOci);
  const std::size_t scheme = rest.find("://");
  if (!location.oci && !rest.starts_with("https://") && !rest.starts_with("http://")) {
    return fail(Error(Code::unsupported, "`" + shown + "` is no URL of a chart repository")
                    .with_hint("write https://HOST/PATH or oci://HOST/PATH"));
  }
  rest.remove_prefix(scheme + 3);
  std::string host = to_lower(rest.substr(0, rest.find('/')));
  if (host.empty()) return fail(Code::invalid, "`" + shown + "` names no host");
  if (host.find('@') != std::string::npos) {
    return fail(Error(Code::invalid, "the repository's URL holds credentials")
                    .with_hint("put `user:password` into a file and name it in credentialsFile"));
  }
  if (!location.oci) {
    location.origin = url_origin(spec.repo);
    location.base = spec.repo.substr(0, spec.repo.find_first_of("?#"));
    if (!location.base.ends_with('/')) location.base += '/';
    return location;
  }
  if (std::find(std::begin(kHubNames), std::end(kHubNames), host) != std::end(kHubNames)) {
    host = kHub;
  }
  location.origin = (spec.plain_http ? "http://" : "https://") + host;
  std::vector<std::string> parts;
  for (const auto part : split(rest, '/')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  parts.erase(parts.begin());
  parts.push_back(spec.chart);
  location.base = join(parts, "/");
  if (!is_repository_name(location.base)) {
    return fail(
        Error(Code::invalid,
              "`" + printable(location.base, 256) + "` cannot name a repository of a registry")
            .with_hint("names there are lower-case letters, digits, '.', '_', '-' and '/'"));
  }
  return location;
}

}  // namespace rumbo::source
