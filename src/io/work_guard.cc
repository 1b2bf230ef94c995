#include "io/work_guard.h"

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace rumbo::io {

std::uint64_t resident_bytes() {
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 128> text{};
  const auto size = ::read(fd, text.data(), text.size() - 1);
  ::close(fd);
  unsigned long long total = 0, resident = 0;
  if (size <= 0 || std::sscanf(text.data(), "%llu %llu", &total, &resident) != 2) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

WorkGuard::WorkGuard(const Clock& clock, WorkBounds bounds)
    : clock_(&clock), bounds_(bounds), begun_(clock.mono()), resident_(resident_bytes()) {}

std::string WorkGuard::exceeded() const {
  if (clock_->mono() - begun_ > bounds_.time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(bounds_.time).count();
    return "takes longer than " + std::to_string(seconds) + " s";
  }
  if (resident_bytes() > resident_ + bounds_.memory) {
    return "uses more than " + std::to_string(bounds_.memory >> 20) + " MiB of memory";
  }
  return {};
}

}  // namespace rumbo::io
