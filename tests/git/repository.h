// A real Git repository for tests, and a folder for a GitSource beside it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/env.h"
#include "model/source.h"
#include "source/git_source.h"

namespace rumbo::git_test {

/// A temporary folder, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A repository with a work tree at `folder/name`.
class Repository {
 public:
  Repository(const Folder& folder, const std::string& name);

  const std::string& path() const { return path_; }
  std::string url() const { return "file://" + path_; }
  /// Runs git in it; fails the test if git does. The output without the last line end.
  std::string git(std::vector<std::string> words) const;
  void write(const std::string& file, const std::string& text) const;
  /// Commits everything; the commit's id.
  std::string commit(const std::string& message) const;

 private:
  std::string path_;
};

/// A source with mirrors in a folder of its own.
class Sources {
 public:
  Folder folder;
  io::Env env = io::real_env();
  source::GitSource source{folder.path() + "/mirrors", env};

  Result<std::shared_ptr<const Snapshot>> look(const GitSpec& spec,
                                               const SourceBounds& bounds = {});
};

GitSpec branch(const std::string& url, const std::string& name = "main");

}  // namespace rumbo::git_test
