#include "api/peer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rumbo::api {
namespace {

TEST(Peer, OnlyTheDaemonsUserAndRootMayAsk) {
  EXPECT_TRUE(authorize({1000, 1}, 1000));
  EXPECT_TRUE(authorize({0, 1}, 1000));
  EXPECT_TRUE(authorize({0, 1}, 0));
  for (const auto& [peer, own] : {std::pair<std::uint32_t, std::uint32_t>{1001, 1000},
                                  {1000, 0},
                                  {65534, 1000},
                                  {UINT32_MAX, 0}}) {
    const auto refused = authorize({peer, 1}, own);
    ASSERT_FALSE(refused) << peer << " at " << own;
    EXPECT_EQ(refused.error().code(), Code::denied);
    EXPECT_NE(refused.error().message().find(std::to_string(peer)), std::string::npos);
    EXPECT_NE(refused.error().hint(), "");
  }
}

TEST(Peer, TheKernelSaysWhoIsThere) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const auto peer = peer_of(ends[0]);
  ASSERT_TRUE(peer);
  EXPECT_EQ(*peer, (Peer{::geteuid(), ::getpid()}));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(peer_of(-1).error().code(), Code::denied);
}

TEST(Peer, ActorsHaveNamesWhereUsersDo) {
  EXPECT_EQ(actor_of({0, 1}), "user:root");
  EXPECT_EQ(actor_of({3'999'999'999, 1}), "uid:3999999999");
}

}  // namespace
}  // namespace rumbo::api
