// GoUrl: a URL as Go's net/url reads and prints it.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "script/failure.h"

namespace rumbo::script {

struct GoUrl {
  std::string scheme, opaque, host, path, raw_path, query, fragment;
  bool has_user = false, has_password = false;
  std::string user, password;
  bool omit_host = false, force_query = false;

  /// The error is Go's text: `parse "://": missing protocol scheme`.
  static Outcome<GoUrl> parse(std::string_view text);
  std::string hostname() const;
  /// "user:password", escaped.
  std::string userinfo() const;
  std::string print() const;
};

}  // namespace rumbo::script
