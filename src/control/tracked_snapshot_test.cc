#include "control/tracked_snapshot.h"

#include <gtest/gtest.h>

#include "model/memory_snapshot.h"

namespace rumbo::control {
namespace {

bool touches(const Inputs& inputs, const std::string& path, bool content_only) {
  return ChangeSet({{path, content_only}}).touches(inputs);
}

TEST(TrackedSnapshot, NotesWhatWasAskedForThereOrNot) {
  const TrackedSnapshot tracked(std::make_shared<MemorySnapshot>(
      std::map<std::string, std::string>{{"a/x.yaml", "1"}, {"b/y.yaml", "2"}}));
  static_cast<void>(tracked.read("./a//x.yaml"));
  static_cast<void>(tracked.read("a/Chart.yaml"));
  static_cast<void>(tracked.list("b/"));
  const Inputs inputs = tracked.inputs();
  EXPECT_EQ(inputs.files, (std::set<std::string>{"a/Chart.yaml", "a/x.yaml"}));
  EXPECT_EQ(inputs.folders, std::set<std::string>{"b"});
}

TEST(ChangeSet, TouchesWhatMayRenderDifferently) {
  const Inputs inputs{{"a/x.yaml", "a/Chart.yaml", "lib/deep/z"}, {"b"}};
  EXPECT_TRUE(touches(inputs, "a/x.yaml", true));
  EXPECT_TRUE(touches(inputs, "a/Chart.yaml", false)) << "it was looked for, and now is there";
  EXPECT_TRUE(touches(inputs, "b/new.yaml", false)) << "in a folder that was listed";
  EXPECT_TRUE(touches(inputs, "b/deep/new.yaml", false));
  EXPECT_TRUE(touches(inputs, "lib", true)) << "a submodule, or a link to a folder";
  EXPECT_TRUE(touches(inputs, "b", false)) << "the folder became something else";
  EXPECT_FALSE(touches(inputs, "b/read-by-nobody", true));
  EXPECT_FALSE(touches(inputs, "a/other.yaml", false));
  EXPECT_FALSE(touches(inputs, "bb/new.yaml", false));
  EXPECT_FALSE(touches(inputs, "README.md", true));
  EXPECT_TRUE(touches({{}, {""}}, "anything", false));
  EXPECT_FALSE(touches({{}, {""}}, "anything", true));
  EXPECT_FALSE(ChangeSet({}).touches(inputs));
}

}  // namespace
}  // namespace rumbo::control
