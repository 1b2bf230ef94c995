#include "api/local_socket.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace rumbo::api {
namespace {

/// Closes a descriptor unless it was given away.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

tl::unexpected<Error> failed(const std::string& path, const char* what) {
  return fail(Code::unavailable,
              "socket `" + path + "` cannot be " + what + ": " + std::strerror(errno));
}

sockaddr* generic(sockaddr_un& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

Result<> remove_stale(const std::string& path, sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return failed(path, "looked at");
  }
  if (!S_ISSOCK(info.st_mode)) {
    return fail(Error(Code::conflict, "`" + path + "` is in the way: it is no socket")
                    .with_hint("move it away, or choose another path for the socket"));
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe.get() < 0) return failed(path, "tried");
  if (::connect(probe.get(), generic(address), sizeof address) == 0) {
    return fail(Code::conflict, "another process listens at `" + path + "`");
  }
  if (errno != ECONNREFUSED) return failed(path, "tried");
  if (::unlink(path.c_str()) != 0) return failed(path, "replaced");
  return {};
}

}  // namespace

Result<int> listen_local(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Error(Code::invalid, "the socket path `" + path + "` is empty or longer than " +
                                         std::to_string(sizeof address.sun_path - 1) + " bytes")
                    .with_hint("use a state directory with a shorter path"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  TRY(remove_stale(path, address));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return failed(path, "made");
  if (::bind(socket.get(), generic(address), sizeof address) != 0) return failed(path, "bound");
  // Nobody can connect before listen(), so the mode is right from the first moment.
  if (::chmod(path.c_str(), 0600) != 0) return failed(path, "protected");
  if (::listen(socket.get(), SOMAXCONN) != 0) return failed(path, "listened at");
  return socket.release();
}

}  // namespace rumbo::api
