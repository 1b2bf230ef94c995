#include "render/helm/chart_files.h"

#include <gtest/gtest.h>

#include "codec/tar_maker.h"
#include "model/memory_snapshot.h"
#include "render/helm/chart_loader.h"

namespace rumbo::render::helm {
namespace {

using codec::stored_gzip;
using codec::tar_end;
using codec::tar_entry;

std::string refusal(const std::string& entries, const ChartLimits& limits = {}) {
  const auto files = read_chart_archive(stored_gzip(entries + tar_end()), limits);
  return files ? "" : files.error().message();
}

TEST(ChartArchive, GivesTheFilesBelowItsTopFolder) {
  const auto files = read_chart_archive(stored_gzip(tar_entry("c/Chart.yaml", "name: c") +
                                                    tar_entry("c\\templates\\a.yaml", "x") +
                                                    tar_entry("c/./b",
                                                              "\xef\xbb\xbf"
                                                              "bom") +
                                                    tar_end()));
  ASSERT_TRUE(files) << files.error().to_string();
  ASSERT_EQ(files->size(), 3u);
  EXPECT_EQ((*files)[0].name, "Chart.yaml");
  EXPECT_EQ((*files)[1].name, "templates/a.yaml");
  EXPECT_EQ((*files)[2].name, "b");
  EXPECT_EQ((*files)[2].data.as_string(), "bom");
}

TEST(ChartArchive, RefusesWhatLeadsOutOfIt) {
  EXPECT_EQ(refusal(tar_entry("c/../../etc/passwd", "x")),
            "chart illegally references parent directory");
  EXPECT_EQ(refusal(tar_entry("c//etc/passwd", "x")), "chart illegally contains absolute paths");
  EXPECT_EQ(refusal(tar_entry("c/c:/x", "x")), "chart contains illegally named files");
  EXPECT_EQ(refusal(tar_entry("Chart.yaml", "x")), "chart yaml not in base directory");
  EXPECT_NE(refusal(tar_entry("file", "x")).find("outside the base directory"), std::string::npos);
}

TEST(ChartArchive, RefusesLinksDuplicatesAndTooMuch) {
  EXPECT_NE(refusal(tar_entry("c/l", "", '2')).find("holds a link"), std::string::npos);
  EXPECT_NE(refusal(tar_entry("c/a", "1") + tar_entry("c/./a", "2")).find("twice"),
            std::string::npos);
  ChartLimits small;
  small.max_file_bytes = 10;
  EXPECT_NE(refusal(tar_entry("c/a", "12345678901"), small).find("maximum file size"),
            std::string::npos);
  small = {};
  small.max_bytes = 15;
  EXPECT_NE(refusal(tar_entry("c/a", "1234567890") + tar_entry("c/b", "1234567890"), small)
                .find("larger than the maximum size"),
            std::string::npos);
  EXPECT_EQ(refusal(""), "no files in chart archive");
}

TEST(ChartFolder, IsWalkedFolderByFolder) {
  const MemorySnapshot tree(std::map<std::string, std::string>{{"c/Chart.yaml", ""},
                                                               {"c/a.txt", ""},
                                                               {"c/a/b", ""},
                                                               {"c/.helmignore", "*.bak\n"},
                                                               {"c/x.bak", ""}});
  const auto files = read_chart_folder(tree, "c");
  ASSERT_TRUE(files);
  std::vector<std::string> names;
  for (const ChartFile& file : *files) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{".helmignore", "Chart.yaml", "a/b", "a.txt"}));
}

TEST(ChartLoader, ReadsPackedSubchartsAndBoundsTheirDepth) {
  std::string packed = stored_gzip(
      tar_entry("sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n") + tar_end());
  std::vector<std::string> warnings;
  const std::string chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
  const auto loaded =
      load_chart({{"Chart.yaml", chart}, {"charts/sub-1.0.0.tgz", packed}}, {}, warnings);
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  ASSERT_EQ(loaded->dependencies.size(), 1u);
  EXPECT_EQ(loaded->dependencies[0].path, "c/charts/sub");
  for (int i = 0; i < 12; ++i) {
    packed = stored_gzip(tar_entry("c/Chart.yaml", chart) + tar_entry("c/charts/c.tgz", packed) +
                         tar_end());
  }
  const auto deep = load_chart({{"Chart.yaml", chart}, {"charts/c.tgz", packed}}, {}, warnings);
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().message().find("nest deeper than 10"), std::string::npos);
}

}  // namespace
}  // namespace rumbo::render::helm
