#include "io/resolve.h"

#include <gtest/gtest.h>

#include "io/env.h"

namespace rumbo::io {
namespace {

TEST(Resolve, KnowsThisMachine) {
  const auto found = resolve_ipv4(real_process(), "localhost", Cancel());
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(*found, std::vector<std::string>{"127.0.0.1"});
}

TEST(Resolve, SaysWhichNameCannotBeResolved) {
  const auto found = resolve_ipv4(real_process(), "nobody.invalid", Cancel());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::not_found);
  EXPECT_NE(found.error().message().find("nobody.invalid"), std::string::npos);
  EXPECT_FALSE(resolve_ipv4(real_process(), "--help", Cancel())) << "a name is no flag";
}

}  // namespace
}  // namespace rumbo::io
