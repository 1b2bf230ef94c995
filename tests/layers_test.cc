// src/layers.txt is the shape of the house: this test fails on any include it does not allow.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/strings.h"

namespace rumbo {
namespace {

namespace fs = std::filesystem;

struct Layers {
  std::map<std::string, std::set<std::string>> may_include;
  std::set<std::string> pure;
  std::map<std::string, std::set<std::string>> header_owners;  // header prefix -> folders
};

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> out;
  for (std::string word; in >> word;) out.insert(word);
  return out;
}

Layers read_layers(const fs::path& file) {
  Layers layers;
  std::ifstream in(file);
  bool headers = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line == "[headers]") {
      headers = true;
      continue;
    }
    const auto colon = line.find(':');
    std::string name = line.substr(0, colon);
    const auto rest = words(line.substr(colon + 1));
    if (headers) {
      layers.header_owners[name] = rest;
      continue;
    }
    if (name.back() == '!') {
      name.pop_back();
      layers.pure.insert(name);
    }
    layers.may_include[name] = rest;
    layers.may_include[name].insert(name);
  }
  return layers;
}

std::vector<fs::path> sources_under(const fs::path& root) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto extension = entry.path().extension();
    if (extension == ".cc" || extension == ".h") out.push_back(entry.path());
  }
  return out;
}

bool is_test(const fs::path& file) {
  return file.stem().string().ends_with("_test");
}

class LayersTest : public ::testing::Test {
 protected:
  const fs::path src_ = fs::path(RUMBO_SOURCE_DIR) / "src";
  const Layers layers_ = read_layers(src_ / "layers.txt");

  std::string folder_of(const fs::path& file) const {
    return fs::relative(file, src_).begin()->string();
  }
};

TEST_F(LayersTest, EveryIncludeIsAllowed) {
  ASSERT_GE(layers_.may_include.size(), 15u);
  int edges = 0;
  for (const auto& file : sources_under(src_)) {
    const std::string folder = folder_of(file);
    ASSERT_TRUE(layers_.may_include.contains(folder)) << file << ": folder not in layers.txt";
    auto allowed = layers_.may_include.at(folder);
    if (is_test(file)) allowed.insert("sim");
    std::ifstream in(file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (!line.starts_with("#include ")) continue;
      const char open = line[9];
      const std::string name = line.substr(10, line.find(open == '<' ? '>' : '"', 10) - 10);
      if (open == '"') {
        const std::string target = name.substr(0, name.find('/'));
        EXPECT_TRUE(allowed.contains(target))
            << file.string() << ":" << number << ": " << folder << " may not include " << name;
        ++edges;
        continue;
      }
      for (const auto& [prefix, owners] : layers_.header_owners) {
        if (!name.starts_with(prefix)) continue;
        EXPECT_TRUE(owners.contains(folder))
            << file.string() << ":" << number << ": " << name << " belongs to another folder";
        EXPECT_EQ(file.extension(), ".cc")
            << file.string() << ":" << number << ": third-party headers stay in .cc files";
      }
    }
  }
  EXPECT_GT(edges, 20);
}

TEST_F(LayersTest, PureFoldersStayPure) {
  const std::vector<std::string> banned = {"_clock::now", "<random>", "<fstream>",   "<thread>",
                                           "<unistd.h>",  "<sys/",    "std::getenv", "\"io/"};
  for (const auto& file : sources_under(src_)) {
    if (!layers_.pure.contains(folder_of(file)) || is_test(file)) continue;
    std::ifstream in(file);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    for (const auto& word : banned) {
      EXPECT_EQ(text.find(word), std::string::npos) << file.string() << " uses " << word;
    }
  }
}

TEST_F(LayersTest, ForbiddenCallsAreAbsent) {
  const std::vector<std::string> banned = {"std::regex", "co_await", "atomic<std::shared_ptr",
                                           " system(",   "popen(",   " fork(",
                                           ".detach()"};
  for (const auto& file : sources_under(src_)) {
    std::ifstream in(file);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    for (const auto& word : banned) {
      EXPECT_EQ(text.find(word), std::string::npos) << file.string() << " uses " << word;
    }
  }
}

}  // namespace
}  // namespace rumbo
