// The corpus of real charts: what `helm template` of the real programs printed, byte for byte, in
// this process. Differences do not fail the test: they are counted and named; the first ones found
// are shown.
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "helm_case.h"
#include "model/memory_snapshot.h"
#include "render/helm/chart_files.h"

namespace rumbo::conformance {
namespace {

using render::helm::ChartFile;
using render::helm::Profile;

constexpr int kShown = 20;

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

class Corpus {
 public:
  explicit Corpus(std::string root) : root_(std::move(root)) {}

  /// The chart as its folder would be read: ignored files are left out.
  Result<const std::vector<ChartFile>*> chart(const std::string& name) {
    if (name == loaded_name_) return &loaded_;
    const auto bytes = read_file(root_ + "/" + name);
    if (!bytes) return fail(Code::not_found, name);
    const auto packed = TRY(render::helm::read_chart_archive(*bytes));
    all_.clear();
    for (const ChartFile& file : packed) all_.emplace("c/" + file.name, file.data.str());
    loaded_ = TRY(render::helm::read_chart_folder(MemorySnapshot(all_), "c"));
    loaded_name_ = name;
    return &loaded_;
  }

  /// A file that the command line names; `@chart/` is the folder of the chart read last.
  Result<std::string> read(std::string_view path) const {
    if (path.starts_with("@chart/")) {
      const auto found = all_.find("c/" + std::string(path.substr(7)));
      if (found != all_.end()) return found->second;
      return fail(Code::not_found, "open " + std::string(path) + ": no such file or directory");
    }
    const bool shared = path.starts_with("@values/");
    auto text =
        read_file(shared ? root_ + "/values/" + std::string(path.substr(8)) : std::string(path));
    if (!text) return fail(Code::not_found, "open " + std::string(path) + ": no such file");
    return *std::move(text);
  }

  std::optional<std::string> expected(const std::string& folder, const std::string& id) const {
    const auto packed = read_file(root_ + "/" + folder + "/" + id + ".yaml.gz");
    if (!packed) return std::nullopt;
    auto text = codec::gunzip(*packed, std::size_t{256} << 20);
    if (!text) return std::nullopt;
    return *std::move(text);
  }

 private:
  std::string root_;
  std::string loaded_name_;
  std::vector<ChartFile> loaded_;
  std::map<std::string, std::string> all_;  // what .helmignore names, too
};

/// nullopt if the case passes, else what is wrong.
std::optional<std::string> run_case(Corpus& corpus, const Value& test, Profile profile) {
  const bool other = profile == Profile::helm3 && !test["helm3_same"].as_bool(true);
  const bool refused = test[other ? "helm3_expect" : "expect"].as_string() == "error";
  const auto chart = corpus.chart(test["chart"].str());
  if (!chart) return refused ? std::nullopt : std::optional(chart.error().message());
  std::vector<std::string> words, names;
  for (const Value& word : test["args"].items()) words.push_back(word.str());
  auto options = read_flags(words, names);
  options.profile = profile;
  options.release.name = test["release"].str();
  options.release.ns = test["namespace"].str();
  const auto read = [&](std::string_view path) { return corpus.read(path); };
  FixedHost host;
  render::helm::Warnings warnings(profile);
  const auto release = render::helm::render_release(**chart, options, read, host, warnings);
  const auto text = release ? render::helm::print_release(*release, options)
                            : Result<std::string>(fail(release.error()));
  if (refused) return text ? std::optional<std::string>("should have failed") : std::nullopt;
  if (!text) return printable(text.error().message(), 300);
  const auto expected = corpus.expected(other ? "expected3" : "expected", test["id"].str());
  if (!expected) return "the expected text is not here";
  if (*text == *expected) return std::nullopt;
  const auto at = static_cast<std::size_t>(
      std::mismatch(text->begin(), text->end(), expected->begin(), expected->end()).first -
      text->begin());
  return "differs at byte " + std::to_string(at) + ": " +
         printable(std::string_view(*text).substr(at - std::min<std::size_t>(at, 60), 160));
}

void run_corpus(Profile profile, const char* name) {
  const char* folder = std::getenv("RUMBO_CORPUS");
  if (folder == nullptr || *folder == '\0') {
    GTEST_SKIP() << "RUMBO_CORPUS is not set: the charts are not here";
  }
  Corpus corpus(std::string(folder) + "/helm");
  const auto text = read_file(std::string(folder) + "/helm/cases.json");
  ASSERT_TRUE(text) << "cases.json is not here";
  const auto cases = codec::parse_json(*text);
  ASSERT_TRUE(cases) << cases.error().to_string();
  int passed = 0, total = 0, shown = 0;
  for (const Value& test : cases->items()) {
    if (profile == Profile::helm3 && !test.contains("helm3_same")) continue;
    ++total;
    const auto wrong = run_case(corpus, test, profile);
    if (!wrong) {
      ++passed;
    } else if (++shown <= kShown) {
      std::printf("%s/%s: %s\n", name, test["id"].str().c_str(), wrong->c_str());
    }
  }
  std::printf("%s: %d of %d\n", name, passed, total);
  // A guard against a break of everything; single differences are listed in docs/helm.md.
  EXPECT_GT(passed, total * 9 / 10);
}

TEST(HelmCorpus, Helm4) {
  run_corpus(Profile::helm4, "helm");
}
TEST(HelmCorpus, Helm3) {
  run_corpus(Profile::helm3, "helm3");
}

}  // namespace
}  // namespace rumbo::conformance
