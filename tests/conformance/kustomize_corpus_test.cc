// Every case of the Kustomize corpus, built in this process and compared byte for byte.
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "codec/tar.h"
#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

constexpr std::size_t kMostBytes = std::size_t{512} << 20;

/// A file's bytes; a missing one fails the test.
std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// "./a//b" as "a/b"; ".." leads up.
std::string cleaned(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

/// The tree of an archive; links stand for the files they lead to.
MemorySnapshot read_tree(const std::string& path) {
  const auto tar = codec::gunzip(read_all(path), kMostBytes);
  EXPECT_TRUE(tar) << path;
  std::map<std::string, std::string> files;
  std::vector<std::pair<std::string, std::string>> links;
  const auto entries = codec::read_tar(*tar, {.max_entries = 1'000'000});
  EXPECT_TRUE(entries) << path;
  for (const auto& entry : *entries) {
    const std::string name = cleaned(entry.name);
    if (entry.link) {
      links.emplace_back(name, cleaned(name + "/../" + entry.target));
    } else {
      files[name] = entry.data;
    }
  }
  for (const auto& [name, target] : links) {
    if (const auto found = files.find(target); found != files.end()) files[name] = found->second;
  }
  return MemorySnapshot(std::move(files));
}

render::kustomize::Options options_of(const Value& test) {
  render::kustomize::Options options;
  const auto arguments = test["args"].items();
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string_view word = arguments[at].as_string();
    const std::string_view next =
        at + 1 < arguments.size() ? arguments[at + 1].as_string() : std::string_view();
    if (word == "--reorder") options.legacy_order = next == "legacy";
    if (word == "--load-restrictor") options.files_from_anywhere = next == "LoadRestrictionsNone";
    if (word == "--enable-managedby-label") options.managed_by_label = true;
  }
  // The environment in which the real program ran.
  options.environment = [](const std::string& name) -> std::string {
    if (name == "PATH") return "/usr/bin:/bin";
    if (name == "HOME") return "/nonexistent";
    return name == "LANG" ? "C.UTF-8" : "";
  };
  return options;
}

/// The first line that differs.
std::string difference(std::string_view expected, std::string_view actual) {
  const auto wanted = split(expected, '\n'), got = split(actual, '\n');
  for (std::size_t at = 0; at < std::max(wanted.size(), got.size()); ++at) {
    const std::string a(at < wanted.size() ? wanted[at] : "(end)");
    const std::string b(at < got.size() ? got[at] : "(end)");
    if (a != b) return "line " + std::to_string(at + 1) + ": expected `" + a + "`, got `" + b + "`";
  }
  return "";
}

TEST(KustomizeCorpus, BuildsByteForByte) {
  const char* corpus = std::getenv("RUMBO_CORPUS");
  if (corpus == nullptr || *corpus == '\0') {
    GTEST_SKIP() << "RUMBO_CORPUS is not set: the Kustomize corpus is not here";
  }
  const std::string folder = std::string(corpus) + "/kustomize/";
  const auto cases = codec::parse_json(read_all(folder + "cases.json"));
  ASSERT_TRUE(cases);
  std::map<std::string, std::vector<const Value*>> by_tree;
  for (const Value& test : cases->items()) by_tree[test["tree"].str()].push_back(&test);
  Check check("kustomize");
  for (const auto& [name, tests] : by_tree) {
    const MemorySnapshot tree = read_tree(folder + "trees/" + name + ".tgz");
    for (const Value* test : tests) {
      const std::string id = (*test)["id"].str();
      const std::string path = cleaned((*test)["path"].as_string());
      const auto built = render::kustomize::build(tree, path, {}, options_of(*test));
      const std::string shown = "kustomize/" + id;
      if ((*test)["expect"].as_string() == "error") {
        check.record(shown, !built, "should have failed: " + (*test)["error"].str());
        continue;
      }
      const auto wanted =
          codec::gunzip(read_all(folder + "expected/" + id + ".yaml.gz"), kMostBytes);
      ASSERT_TRUE(wanted) << id;
      const std::string actual =
          built ? render::kustomize::print(*built) : built.error().to_string();
      check.record(shown, built && actual == *wanted, difference(*wanted, actual));
    }
  }
  check.finish();
}

}  // namespace
}  // namespace rumbo::conformance
