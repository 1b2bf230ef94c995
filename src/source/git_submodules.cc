#include "source/git_submodules.h"

#include "base/strings.h"

namespace rumbo::source {
namespace {

/// The part of a remote before its path: "ssh://git@host:22", "git@host".
std::string_view server_of(const GitUrl& url) {
  const std::string_view remote = url.remote;
  const auto separator = remote.find("://");
  if (separator == std::string_view::npos) return remote.substr(0, remote.find(':'));
  return remote.substr(0, std::min(remote.size(), remote.find('/', separator + 3)));
}

}  // namespace

std::map<std::string, std::string> parse_submodules(std::string_view listed) {
  // "submodule.NAME.path LF vendor/lib NUL"; the name may hold dots.
  std::map<std::string, std::string> paths, urls, out;
  for (const auto entry : split(listed, '\0')) {
    const auto end = entry.find('\n');
    if (end == std::string_view::npos || !entry.starts_with("submodule.")) continue;
    const std::string_view key = entry.substr(0, end), value = entry.substr(end + 1);
    const auto dot = key.rfind('.');
    const std::string name(key.substr(0, dot));
    if (key.substr(dot) == ".path") paths[name] = value;
    if (key.substr(dot) == ".url") urls[name] = value;
  }
  for (const auto& [name, path] : paths) {
    const auto url = urls.find(name);
    if (url != urls.end()) out[path] = url->second;
  }
  return out;
}

Result<GitUrl> submodule_url(const GitUrl& parent, std::string_view url) {
  std::string full(url);
  if (url.starts_with("./") || url.starts_with("../")) {
    // As git does: each "../" takes one part off the parent's URL, and never its host.
    const std::string server(server_of(parent));
    std::string base = parent.remote;
    while (base.ends_with('/')) base.pop_back();
    std::string_view rest = url;
    while (rest.starts_with("./") || rest.starts_with("../")) {
      const bool up = rest.starts_with("../");
      rest.remove_prefix(up ? 3 : 2);
      if (!up) continue;
      const auto slash = base.find_last_of("/:");
      if (slash == std::string::npos || slash < server.size()) {
        return fail(Code::invalid,
                    "the submodule's URL `" + printable(url, 256) + "` leads above its server");
      }
      base.resize(slash + (base[slash] == ':' ? 1 : 0));
    }
    full = base + (base.ends_with(':') ? "" : "/") + std::string(rest);
  }
  GitUrl found = TRY(parse_git_url(full));
  if (found.scheme == "file" && parent.scheme != "file") {
    return fail(Error(Code::denied, "a submodule's URL names a path of this machine")
                    .with_hint("give it a network URL in .gitmodules"));
  }
  return found;
}

bool same_server(const GitUrl& a, const GitUrl& b) {
  return a.scheme == b.scheme && server_of(a) == server_of(b);
}

}  // namespace rumbo::source
