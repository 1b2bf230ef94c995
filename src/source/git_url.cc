#include "source/git_url.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace rumbo::source {
namespace {

constexpr std::size_t kMaxUrl = 4096;

tl::unexpected<Error> refuse(std::string message, std::string hint) {
  return fail(Error(Code::invalid, std::move(message)).with_hint(std::move(hint)));
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// `user@host:path`, as ssh and git write it: the colon comes before any slash.
bool is_scp_like(std::string_view url) {
  const auto colon = url.find(':');
  return colon != std::string_view::npos && colon > 0 && url.find('/') > colon;
}

Result<GitUrl> with_scheme(std::string_view url, std::size_t separator) {
  GitUrl result;
  result.scheme = to_lower(url.substr(0, separator));
  static constexpr std::array<std::string_view, 5> kSchemes{"https", "http", "ssh", "git", "file"};
  if (std::find(kSchemes.begin(), kSchemes.end(), result.scheme) == kSchemes.end()) {
    return refuse("Git over `" + printable(result.scheme, 32) + "` is not supported",
                  "use https, ssh, http, git or file");
  }
  const std::string_view rest = url.substr(separator + 3);
  const auto slash = std::min(rest.size(), rest.find_first_of("/?#\\"));
  std::string_view authority = rest.substr(0, slash);
  const std::string path(rest.substr(slash));
  std::string user;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  if (user.find(':') != std::string::npos) {
    return refuse("the Git URL holds a password",
                  "put `user:password` into a file and name it as the credentials file");
  }
  if (result.scheme != "file" && authority.empty()) {
    return refuse("the Git URL names no host", "write for example https://host/team/repository");
  }
  if (authority.starts_with('-') || user.starts_with('-')) {
    return refuse("the Git URL's host begins with `-`", "check the URL");
  }
  result.shown = without_credentials(result.scheme + "://" + std::string(authority) + path);
  const bool http = result.scheme == "http" || result.scheme == "https";
  // A lone user may be a token: the credentials file is the only place for those.
  const bool keeps_user = result.scheme == "ssh" && !user.empty();
  result.remote =
      result.scheme + "://" + (keeps_user ? user + "@" : "") + std::string(authority) + path;
  if (http) result.scope = result.scheme + "://" + std::string(authority);
  return result;
}

}  // namespace

Result<GitUrl> parse_git_url(std::string_view url) {
  if (url.empty()) return refuse("the Git URL is empty", "set source.git.url");
  if (url.size() > kMaxUrl) return fail(Code::too_large, "the Git URL exceeds 4096 bytes");
  if (has_control(url)) return refuse("the Git URL holds a control character", "check the URL");
  if (url.starts_with('-')) return refuse("the Git URL begins with `-`", "check the URL");
  const auto separator = url.find("://");
  if (separator != std::string_view::npos) return with_scheme(url, separator);
  GitUrl result;
  if (url.starts_with('/')) {
    result.scheme = "file";
    result.remote = result.shown = "file://" + std::string(url);
    return result;
  }
  if (url.find("::") != std::string_view::npos || !is_scp_like(url)) {
    return refuse("`" + printable(without_credentials(url), 256) + "` is no Git URL",
                  "write a URL (https://…, ssh://…) or an absolute path");
  }
  result.scheme = "ssh";
  result.remote = url;
  result.shown = url.substr(url.find('@') < url.find(':') ? url.find('@') + 1 : 0);
  return result;
}

std::string without_credentials(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto separator = text.find("://");
    if (separator == std::string_view::npos) break;
    out += text.substr(0, separator + 3);
    text.remove_prefix(separator + 3);
    const std::string_view authority = text.substr(0, text.find_first_of("/ \t\r\n'\"?#"));
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos) text.remove_prefix(at + 1);
  }
  return out + std::string(text);
}

}  // namespace rumbo::source
