#include "io/work_guard.h"

#include <gtest/gtest.h>

#include "io/env.h"

namespace rumbo::io {
namespace {

TEST(WorkGuard, TellsWhatWasExceeded) {
  EXPECT_EQ(WorkGuard(real_clock()).exceeded(), "");
  EXPECT_EQ(WorkGuard(real_clock(), {std::chrono::seconds(-1), 1}).exceeded(),
            "takes longer than -1 s");
  const WorkGuard small(real_clock(), {std::chrono::seconds(60), 1 << 20});
  const std::string grown(std::size_t{16} << 20, 'x');
  EXPECT_EQ(small.exceeded(), "uses more than 1 MiB of memory") << grown.size();
}

}  // namespace
}  // namespace rumbo::io
