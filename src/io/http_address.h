// Where a request goes whose TLS server name is not its URL's host. Internal to io/.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::io {

/// How libcurl is told: it asks for and checks the host of the URL it is given.
struct Address {
  std::string url;         ///< with the server name as its host
  std::string connect_to;  ///< "::HOST:PORT", where it is to connect; empty: as the URL says
  std::string host;        ///< the Host header; empty: as the URL says
};

/// An empty server name changes nothing.
Address address_of(std::string_view url, std::string_view server_name);

}  // namespace rumbo::io
