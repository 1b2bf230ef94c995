// LabFiles: the real file system, but for the faults a test asks for.
#pragma once

#include <atomic>
#include <string>

#include "io/filesystem.h"

namespace rumbo::podman_test {

class LabFiles : public io::FileSystem {
 public:
  explicit LabFiles(io::FileSystem& real) : real_(real) {}

  /// The n-th replacement of a file whose path ends so fails, from now on counted.
  void fail_replacing(std::string suffix, int nth, bool ever_after = false) {
    countdown_ = 0;
    suffix_ = std::move(suffix);
    countdown_ = nth;
    ever_after_ = ever_after;
  }
  /// What the machine's boot id is from now on: another one is a reboot. Empty: the real one.
  void set_boot_id_file(std::string path) { boot_id_file_ = std::move(path); }

  Result<std::unique_ptr<io::File>> open(const std::string& path,
                                         const io::OpenOptions& options) override {
    const bool boot = path == "/proc/sys/kernel/random/boot_id" && !boot_id_file_.empty();
    return real_.open(boot ? boot_id_file_ : path, options);
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    if (countdown_ > 0 && to.ends_with(suffix_) && --countdown_ == 0) {
      if (ever_after_) countdown_ = 1;
      return fail(Code::exhausted, to + ": no space left");
    }
    return real_.rename(from, to);
  }
  Result<io::FileInfo> stat(const std::string& path) override { return real_.stat(path); }
  Result<std::string> read_link(const std::string& path) override { return real_.read_link(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    return real_.list(directory);
  }
  Result<> make_directories(const std::string& path, std::uint32_t mode) override {
    return real_.make_directories(path, mode);
  }
  Result<> remove(const std::string& path) override { return real_.remove(path); }
  Result<> remove_tree(const std::string& path) override { return real_.remove_tree(path); }
  Result<> sync_directory(const std::string& path) override { return real_.sync_directory(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override {
    return real_.free_bytes(path);
  }

 private:
  io::FileSystem& real_;
  std::string suffix_;
  std::atomic<int> countdown_{0};
  std::atomic<bool> ever_after_{false};
  std::string boot_id_file_;
};

}  // namespace rumbo::podman_test
