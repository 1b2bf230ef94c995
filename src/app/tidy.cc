#include "app/tidy.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace rumbo::app {
namespace {

constexpr Duration kShortest = std::chrono::seconds(5);     // between two looks
constexpr Duration kWork = std::chrono::milliseconds(100);  // less is not worth it
constexpr int kQuietShare = 200;                            // 1/200 of the time: idle

Duration of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

Duration processor_time() {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return {};
  return of(used.ru_utime) + of(used.ru_stime);
}

/// Only segments that nothing may write to: what the loader relocated lies in others.
int drop_segments(dl_phdr_info* info, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t from = (info->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t to = info->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // An address is all that the loader tells.
    ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);  // NOLINT
  }
  return 0;
}

}  // namespace

bool Tidy::look(MonoTime now) {
  if (now - looked_ < kShortest) return false;
  const Duration used = processor_time();
  const bool quiet = (used - used_) * kQuietShare < now - looked_;
  looked_ = now;
  used_ = used;
  if (!quiet || used - used_when_tidied_ < kWork) return false;
  give_memory_back();
  used_when_tidied_ = processor_time();
  return true;
}

void give_memory_back() {
  ::malloc_trim(0);
  ::dl_iterate_phdr(drop_segments, nullptr);
}

}  // namespace rumbo::app
