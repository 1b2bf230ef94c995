#include "io/tcp.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

#include "base/strings.h"
#include "io/env.h"
#include "io/spawn.h"

namespace rumbo::io {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

bool parse(const std::string& text, std::uint16_t port, Address& address) {
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::memcpy(&address.storage, &four, sizeof four);
    address.size = sizeof four;
    return true;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) != 1) return false;
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  std::memcpy(&address.storage, &six, sizeof six);
  address.size = sizeof six;
  return true;
}

}  // namespace

Result<> tcp_connect(const std::string& address, std::uint16_t port, Duration timeout) {
  const std::string name = printable(address, 64) + " port " + std::to_string(port);
  const auto refused = [&](int number) {
    return fail(Code::unavailable,
                "cannot connect to " + name + ": " + std::generic_category().message(number),
                Retry::later);
  };
  Address to;
  if (!parse(address, port, to)) {
    return fail(Code::invalid, "`" + printable(address, 64) + "` is no numeric IP address");
  }
  const OwnedFd fd(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.open()) return refused(errno);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.size) == 0) return {};
  if (errno != EINPROGRESS) return refused(errno);

  const MonoTime end = real_clock().mono() + timeout;
  for (;;) {
    const Duration left = end - real_clock().mono();
    if (left <= Duration(0)) {
      return fail(Code::timeout, "no answer from " + name + " within " + to_string(timeout),
                  Retry::later);
    }
    pollfd wanted{fd.get(), POLLOUT, 0};
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int ready = ::poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(wait, 60'000)));
    if (ready < 0 && errno != EINTR) return refused(errno);
    if (ready <= 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) < 0) return refused(errno);
    if (error != 0) return refused(error);
    return {};
  }
}

}  // namespace rumbo::io
