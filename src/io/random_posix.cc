#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sys/random.h>

#include "io/random.h"

namespace rumbo::io {
namespace {

class PosixRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
      if (got < 0) {
        if (errno == EINTR) continue;
        std::fputs("fatal: getrandom failed; no key may be made without it\n", stderr);
        std::abort();
      }
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

Random& real_random() {
  static PosixRandom random;
  return random;
}

}  // namespace rumbo::io
