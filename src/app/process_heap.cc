#include "app/process_heap.h"

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace rumbo::app {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr int kPiece = 32 << 20;         // of addresses; memory comes as it is touched
constexpr std::size_t kSmall = 1 << 20;  // a small job ends before it needs a huge page

char* heap_end() {
  return static_cast<char*>(::sbrk(0));
}

}  // namespace

void grow_heap_for_one_job() {
  ::mallopt(M_MMAP_THRESHOLD, kPiece);  // the most that it takes
  ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
  ::mallopt(M_TOP_PAD, kPiece);
  char* const before = heap_end();
  void* volatile small = std::malloc(kSmall);  // makes it grow by a piece; else left out as useless
  std::free(small);
  const std::size_t rest = (reinterpret_cast<std::uintptr_t>(before) + kSmall) % kHugePage;
  const std::size_t skipped = kSmall + (kHugePage - rest) % kHugePage;
  const auto grown = static_cast<std::size_t>(heap_end() - before);
  if (grown < skipped + kHugePage) return;  // another allocator, or a limit
  // Advice only: where it is not taken, pages are small as ever.
  ::madvise(before + skipped, grown - skipped, MADV_HUGEPAGE);
}

}  // namespace rumbo::app
