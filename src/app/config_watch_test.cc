#include "app/config_watch.h"

#include <gtest/gtest.h>

#include "control/config_loader.h"
#include "io/fake/memory_filesystem.h"
#include "model/memory_snapshot.h"

namespace rumbo::app {
namespace {

/// One repository with one branch.
class OneRepository : public Source {
 public:
  std::map<std::string, std::string> files;
  std::string id = std::string(40, 'a');
  std::optional<Error> down;

  Result<Revision> resolve(const SourceSpec& source, const Cancel&) override {
    const GitSpec& spec = std::get<GitSpec>(source);
    if (down) return fail(Error(*down));
    if (spec.ref.branch == "v1") return fail(Code::not_found, "no branch v1");
    return Revision{id, (spec.ref.tag.empty() ? "main@" : "v1@") + id.substr(0, 7), ""};
  }
  Result<std::shared_ptr<const Snapshot>> fetch(const SourceSpec&, const Revision& revision,
                                                const SourceBounds&, const Cancel&) override {
    auto snapshot = std::make_shared<MemorySnapshot>(files, revision);
    return std::shared_ptr<const Snapshot>(snapshot);
  }
  Result<std::vector<FileChange>> changes(const GitSpec&, const Revision&, const Revision&,
                                          const Cancel&) override {
    return std::vector<FileChange>();
  }
};

class ConfigWatchTest : public ::testing::Test {
 protected:
  ConfigWatchTest() { write(control::example_config("shop")); }
  void write(const std::string& text) { ASSERT_TRUE(files_.write_atomic("/rumbo.yaml", text)); }
  ConfigPlace place(const std::string& given) {
    auto found = ConfigPlace::find(files_, given, "", "/state");
    EXPECT_TRUE(found) << found.error().to_string();
    return *found;
  }
  ConfigNews look(ConfigWatch& watch, bool again = false) {
    return watch.look(repository_, again, Cancel());
  }

  io::fake::MemoryFileSystem files_;
  OneRepository repository_;
};

TEST_F(ConfigWatchTest, TellsOfEachNewConfigurationOnce) {
  ConfigWatch watch(files_, place("/rumbo.yaml"));
  EXPECT_FALSE(look(watch).config);
  write(control::example_config("cart"));
  const auto news = look(watch);
  ASSERT_TRUE(news.config);
  EXPECT_EQ(news.config->config.applications.at(0).name, "cart");
  EXPECT_FALSE(look(watch).config);
}

TEST_F(ConfigWatchTest, ABrokenOneIsToldOnceAndTheOldOneStays) {
  ConfigWatch watch(files_, place("/rumbo.yaml"));
  write("kind: Applicatoin\n");
  const auto news = look(watch);
  EXPECT_FALSE(news.config);
  ASSERT_TRUE(news.trouble);
  EXPECT_TRUE(news.refused);
  EXPECT_NE(news.trouble->to_string().find("/rumbo.yaml:1"), std::string::npos);
  EXPECT_FALSE(look(watch).trouble) << "once";
  EXPECT_NE(watch.trouble().find("the old one stays: /rumbo.yaml:1"), std::string::npos)
      << "`rumbo status` shows it for as long as it is so: " << watch.trouble();
  EXPECT_TRUE(look(watch, true).trouble) << "again when asked";
  ASSERT_TRUE(files_.remove("/rumbo.yaml"));
  EXPECT_FALSE(look(watch).refused);
  write(control::example_config("shop"));
  EXPECT_FALSE(look(watch).config) << "the one in force is back";
  EXPECT_EQ(watch.trouble(), "");
  write(control::example_config("cart"));
  EXPECT_TRUE(look(watch).config) << "valid again";
}

TEST_F(ConfigWatchTest, OneThatDoesNotWorkIsTroubleUntilTheNext) {
  ConfigWatch watch(files_, place("/rumbo.yaml"));
  write(control::example_config("cart"));
  ASSERT_TRUE(look(watch).config);
  watch.failed(Error(Code::unavailable, "no podman"));
  EXPECT_FALSE(look(watch).trouble);
  EXPECT_NE(watch.trouble().find("no podman"), std::string::npos) << watch.trouble();
  write(control::example_config("shop"));
  EXPECT_TRUE(look(watch).config);
  EXPECT_EQ(watch.trouble(), "");
}

TEST_F(ConfigWatchTest, AFleetRepositoryIsFollowed) {
  const std::string broken = "kind: Applicatoin\n";
  repository_.files = {{"prod/apps.yaml", control::example_config("shop", ".", "apps/shop")},
                       {"prod/apps/shop/x.yaml", "not: configuration"}};
  const std::string url = "https://git.example.com/fleet.git//prod?ref=main";
  ConfigWatch watch(files_, place(url));
  const auto first = watch.place().load(repository_, Cancel());
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->origin, "main@aaaaaaa of https://git.example.com/fleet.git//prod");
  const Application& shop = first->config.applications.at(0);
  EXPECT_EQ(location_of(shop.source), "https://git.example.com/fleet.git");
  EXPECT_EQ(path_of(shop.source), "prod/apps/shop");
  watch.running(*first);
  EXPECT_FALSE(look(watch).config);

  repository_.id = std::string(40, 'b');
  EXPECT_FALSE(look(watch).config) << "a commit that changes other files is no new configuration";
  repository_.files["prod/apps.yaml"] = broken;
  auto news = look(watch);
  ASSERT_TRUE(news.trouble && news.refused);
  const std::string said = news.trouble->to_string();
  EXPECT_NE(said.find("prod/apps.yaml:1"), std::string::npos) << said;
  EXPECT_NE(said.find("main@bbbbbbb"), std::string::npos) << said;

  // What was kept counts after a restart, and is this URL's only.
  ASSERT_TRUE(files_.make_directories("/state", 0700));
  ASSERT_TRUE(keep(files_, "/state", *first));
  const auto kept = place(url).kept(files_, "/state");
  ASSERT_TRUE(kept);
  EXPECT_EQ(path_of(kept->config.applications.at(0).source), "prod/apps/shop");
  EXPECT_EQ(reference_of(kept->config.applications.at(0).source), "branch main");
  EXPECT_EQ(kept->origin, first->origin);
  EXPECT_FALSE(place("https://git.example.com/fleet.git//qa?ref=main").kept(files_, "/state"));
  ASSERT_TRUE(files_.write_atomic("/state/fleet.json", "{"));
  EXPECT_FALSE(place(url).kept(files_, "/state"));

  repository_.down = Error(Code::unavailable, "no route", Retry::later);
  news = look(watch);
  ASSERT_TRUE(news.trouble);
  EXPECT_FALSE(news.refused);
}

TEST_F(ConfigWatchTest, ARefMayBeATag) {
  repository_.files = {{"a.yaml", control::example_config("shop", "./", "x")}};
  const auto loaded = place("https://git.example.com/fleet.git?ref=v1").load(repository_, Cancel());
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(path_of(loaded->config.applications.at(0).source), "x");
}

TEST_F(ConfigWatchTest, AFleetDocumentPointsOn) {
  write(
      "apiVersion: rumbo.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\n"
      "spec:\n  source:\n    git:\n      url: https://git.example.com/fleet.git\n"
      "      ref: {tag: v1}\n      path: prod\n      credentials: {env: FLEET_TOKEN}\n"
      "      verify: {mode: both, allowedSignersFile: signers}\n  pollInterval: 10s\n");
  const ConfigPlace found = place("/rumbo.yaml");
  ASSERT_TRUE(found.in_git());
  EXPECT_EQ(found.interval(), Duration(10s));
  EXPECT_EQ(found.fleet()->git.credentials_env, "FLEET_TOKEN");
  EXPECT_EQ(found.fleet()->git.verify.allowed_signers_file, "/signers");
  repository_.files = {{"prod/a.yaml", control::example_config("shop", "..", "apps")}};
  const auto loaded = found.load(repository_, Cancel());
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  const auto& git = std::get<GitSpec>(loaded->config.applications.at(0).source);
  EXPECT_EQ(git.path, "apps");
  EXPECT_EQ(git.credentials_env, "FLEET_TOKEN") << "what opens the fleet opens it again";
  EXPECT_TRUE(git.verify.on());
}

TEST_F(ConfigWatchTest, WrongPlacesAreRefusedWithAHint) {
  for (const char* url :
       {"https://h/f.git?branch=a&tag=b", "https://h/f.git?depth=1", "https://h/f.git//../x",
        "https://h/f.git?ref=", "ftp://h/f.git", "https://user:secret@h/f.git"}) {
    const auto found = ConfigPlace::find(files_, url, "", "/state");
    ASSERT_FALSE(found) << url;
    EXPECT_FALSE(found.error().hint().empty()) << url;
    EXPECT_EQ(found.error().to_string().find("secret"), std::string::npos);
  }
  EXPECT_FALSE(ConfigPlace::find(files_, "/rumbo.yaml", "/key", "/state"));
}

}  // namespace
}  // namespace rumbo::app
