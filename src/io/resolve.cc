#include "io/resolve.h"

#include <arpa/inet.h>
#include <array>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>

#include "base/strings.h"

namespace rumbo::io {

Result<std::vector<std::string>> resolve_ipv4(const std::string& name) {
  constexpr std::size_t kMost = 16;
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &wanted, &list);
  if (error != 0) {
    const Code code = error == EAI_NONAME ? Code::not_found : Code::unavailable;
    return fail(code, "name " + printable(name, 253) + ": " + ::gai_strerror(error), Retry::later);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  std::set<std::string> found;
  for (const addrinfo* one = list; one != nullptr && found.size() < kMost; one = one->ai_next) {
    if (one->ai_family != AF_INET) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ai_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr) {
      found.insert(text.data());
    }
  }
  return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace rumbo::io
