#include "source/git_object_cache.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace rumbo::source {
namespace {

GitObject object(int number, std::size_t bytes) {
  return {fmt::format("{:040x}", number), "blob", std::string(bytes, 'x')};
}

TEST(GitObjectCache, KeepsWhatIsSmallByItsId) {
  GitObjectCache cache;
  cache.keep(object(1, 10));
  cache.keep({"refs/heads/main", "commit", "tree"});
  cache.keep({std::string(40, 'a'), "", ""});
  cache.keep(object(2, GitObjectCache::kLargest + 1));
  EXPECT_EQ(cache.find(object(1, 0).name), object(1, 10));
  EXPECT_FALSE(cache.find("refs/heads/main")) << "it may name another object tomorrow";
  EXPECT_FALSE(cache.find(std::string(40, 'a'))) << "missing now, there after a fetch";
  EXPECT_FALSE(cache.find(object(2, 0).name));
}

TEST(GitObjectCache, TheOldestLeave) {
  GitObjectCache cache;
  constexpr int kFit = GitObjectCache::kMostBytes / GitObjectCache::kLargest;
  for (int i = 0; i <= kFit; ++i) cache.keep(object(i, GitObjectCache::kLargest));
  EXPECT_FALSE(cache.find(object(0, 0).name));
  EXPECT_TRUE(cache.find(object(1, 0).name));
  EXPECT_TRUE(cache.find(object(kFit, 0).name));
}

}  // namespace
}  // namespace rumbo::source
