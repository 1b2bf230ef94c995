#include "render/kustomize/remote.h"

#include <vector>

#include "base/strings.h"

namespace rumbo::render::kustomize {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || to_lower(text.substr(0, prefix.size())) != prefix)
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// "git@"
std::string_view take_user(std::string_view& text) {
  if (text.empty() || !is_letter(text.front())) return {};
  std::size_t at = 1;
  while (at < text.size() &&
         (is_letter(text[at]) || (text[at] >= '0' && text[at] <= '9') || text[at] == '-')) {
    ++at;
  }
  if (at == text.size() || text[at] != '@') return {};
  const std::string_view user = text.substr(0, at + 1);
  text.remove_prefix(at + 1);
  return user;
}

std::string query_value(std::string_view query, std::string_view name) {
  for (const auto pair : split(query, '&')) {
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return {};
}

struct Parts {
  std::string repository, path;
};

std::optional<Parts> split_repository(std::string_view rest, bool is_file) {
  constexpr std::string_view kAzure = "_git/", kSuffix = ".git";
  if (const std::size_t at = rest.find(kAzure); at != rest.npos) {
    const std::size_t slash = rest.find('/', at + kAzure.size());
    if (slash == rest.npos) return Parts{std::string(rest), ""};
    return Parts{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
  }
  if (const std::size_t at = rest.find("//"); at != rest.npos) {
    return Parts{std::string(rest.substr(0, at)), std::string(rest.substr(at + 2))};
  }
  if (const std::size_t at = rest.find(kSuffix); at != rest.npos) {
    return Parts{std::string(rest.substr(0, at + kSuffix.size())),
                 std::string(rest.substr(at + kSuffix.size()))};
  }
  if (is_file) return Parts{std::string(rest), ""};
  const std::size_t first = rest.find('/');
  if (first == rest.npos) return std::nullopt;
  const std::size_t second = rest.find('/', first + 1);
  if (second == rest.npos) return Parts{std::string(rest), ""};
  return Parts{std::string(rest.substr(0, second)), std::string(rest.substr(second + 1))};
}

bool leaves(std::string_view path) {
  int depth = 0;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

}  // namespace

std::optional<Remote> parse_remote(std::string_view text) {
  if (text.starts_with('/')) return std::nullopt;
  const std::size_t question = text.find('?');
  const std::string_view query =
      question == text.npos ? std::string_view() : text.substr(question + 1);
  std::string_view rest = text.substr(0, question);
  take_prefix(rest, "git::");
  std::string_view scheme;
  for (const std::string_view one : {"ssh://", "https://", "http://", "file://"}) {
    if (!take_prefix(rest, one)) continue;
    scheme = one;
    break;
  }
  std::string user(take_user(rest));
  const std::string lower = to_lower(rest.substr(0, 11));
  const bool github = lower == "github.com/" || lower == "github.com:";
  const bool scp = scheme.empty() && (!user.empty() || github);
  if (scheme.empty() && !scp) return std::nullopt;
  const bool is_file = scheme == "file://";

  std::string host;
  if (is_file) {
    host = user;
  } else {
    std::size_t end = rest.find('/');
    if (scp) {
      const std::size_t colon = rest.find(':');
      if (end == rest.npos || (colon != rest.npos && colon > 0 && colon < end)) end = colon;
    }
    if (end == rest.npos) return std::nullopt;
    host = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    if (github) {
      const bool ssh = scheme == "ssh://" || !user.empty();
      host = ssh ? "github.com:" : "github.com/";
      scheme = ssh ? std::string_view() : std::string_view("https://");
      if (!ssh) user.clear();
    }
    host = user + host;
  }
  auto parts = split_repository(rest, is_file);
  if (!parts || parts->repository.empty()) return std::nullopt;
  while (parts->path.starts_with('/')) parts->path.erase(0, 1);
  if (leaves(parts->path)) return std::nullopt;
  std::string ref = query_value(query, "ref");
  if (ref.empty()) ref = query_value(query, "version");
  return Remote{std::string(scheme) + host + parts->repository, parts->path, ref};
}

bool is_remote_file(std::string_view text) {
  return take_prefix(text, "https://") || take_prefix(text, "http://");
}

bool is_one_file(const Snapshot& snapshot) {
  return snapshot.revision().id.starts_with("sha256:");
}

}  // namespace rumbo::render::kustomize
