// BenchDirectory: a fresh directory on the disk to be measured, removed at the end.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/vfs.h>

namespace rumbo::bench {

class BenchDirectory {
 public:
  /// Under argv[1], else under the system's temporary directory.
  BenchDirectory(int argc, char** argv) {
    const std::filesystem::path parent =
        argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
    std::string name = parent / "rumbo-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      std::perror(name.c_str());
      std::exit(2);
    }
    path_ = name;
    struct statfs info {};
    constexpr long kTmpfs = 0x01021994;
    if (::statfs(name.c_str(), &info) == 0 && info.f_type == kTmpfs) {
      std::printf("note: %s is in memory, where syncing costs nothing\n", parent.c_str());
    }
  }
  ~BenchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  BenchDirectory(const BenchDirectory&) = delete;
  BenchDirectory& operator=(const BenchDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace rumbo::bench
