#include "repository.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/strings.h"

namespace rumbo::git_test {

Folder::Folder() {
  std::string name = ::testing::TempDir() + "rumbo-git-XXXXXX";
  path_ = ::mkdtemp(name.data());
}

Folder::~Folder() {
  static_cast<void>(io::real_filesystem().remove_tree(path_));
}

Repository::Repository(const Folder& folder, const std::string& name)
    : path_(folder.path() + "/" + name) {
  EXPECT_TRUE(io::real_filesystem().make_directories(path_, 0700));
  git({"init", "--quiet", "--initial-branch=main"});
}

std::string Repository::git(std::vector<std::string> words) const {
  io::Command command;
  command.argv = {"git",
                  "-c",
                  "user.name=Test",
                  "-c",
                  "user.email=test@example.com",
                  "-c",
                  "protocol.file.allow=always"};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.env = io::minimal_environment();
  command.env["GIT_CONFIG_NOSYSTEM"] = "1";
  command.env["GIT_CONFIG_GLOBAL"] = "/dev/null";
  command.directory = path_;
  const auto exit = io::real_process().run(command, Cancel());
  EXPECT_TRUE(exit) << exit.error().to_string();
  if (!exit) return {};
  EXPECT_EQ(exit->status, 0) << words.front() << ": " << exit->err;
  return std::string(trim(exit->out));
}

void Repository::write(const std::string& file, const std::string& text) const {
  const std::string path = path_ + "/" + file;
  EXPECT_TRUE(io::real_filesystem().make_directories(path.substr(0, path.rfind('/')), 0700));
  EXPECT_TRUE(io::real_filesystem().write_atomic(path, text));
}

std::string Repository::commit(const std::string& message) const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "--message", message});
  return git({"rev-parse", "HEAD"});
}

Result<std::shared_ptr<const Snapshot>> Sources::look(const GitSpec& spec,
                                                      const SourceBounds& bounds) {
  const auto revision = TRY(source.resolve(spec, {}));
  return source.fetch(spec, revision, bounds, {});
}

GitSpec branch(const std::string& url, const std::string& name) {
  GitSpec spec;
  spec.url = url;
  spec.ref.branch = name;
  return spec;
}

}  // namespace rumbo::git_test
