#include "io/http_address.h"

namespace rumbo::io {

Address address_of(std::string_view url, std::string_view server_name) {
  Address out;
  out.url = url;
  const auto scheme = url.find("://");
  if (server_name.empty() || scheme == std::string_view::npos) return out;
  std::string_view rest = url.substr(scheme + 3);
  const auto slash = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, slash);
  const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash);
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const std::string host(authority.substr(0, has_port ? colon : authority.size()));
  const std::string port(has_port ? authority.substr(colon + 1)
                                  : (url.starts_with("https") ? "443" : "80"));
  out.url = std::string(url.substr(0, scheme + 3)) + std::string(server_name) + ":" + port +
            std::string(path);
  out.connect_to = "::" + host + ":" + port;
  out.host = authority;
  return out;
}

}  // namespace rumbo::io
