// GitUrl: where a repository lives, in a form that is safe to hand to git and to print.
//
// Threads: immutable.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::source {

struct GitUrl {
  std::string remote;  ///< what git gets; never begins with '-', never holds a password
  std::string shown;   ///< without user information
  std::string scheme;  ///< http, https, ssh, git or file
  std::string scope;   ///< "https://host:port" for http and https: where credentials may go
};

/// Reads https, http, ssh, git and file URLs, `user@host:path` and absolute paths. A URL with a
/// password is refused with a hint.
Result<GitUrl> parse_git_url(std::string_view url);

/// The text without "user:password@" in any URL inside it.
std::string without_credentials(std::string_view text);

}  // namespace rumbo::source
