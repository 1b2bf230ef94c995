#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <linux/openat2.h>
#include <memory>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include "io/filesystem.h"

namespace rumbo::io {
namespace {

Code code_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::denied;
    case EEXIST:
    case ENOTEMPTY:
    case EBUSY:
      return Code::conflict;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Code::exhausted;
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EXDEV:
      return Code::invalid;
    default:
      return Code::unavailable;
  }
}

/// "cannot open `path`: no such file or directory".
tl::unexpected<Error> failed(const char* what, const std::string& path, int number = errno) {
  return fail(code_of(number), std::string("cannot ") + what + " `" + path +
                                   "`: " + std::generic_category().message(number));
}

/// Repeats a system call that a signal interrupted.
template <class F>
auto retry(F&& call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class PosixFile : public File {
 public:
  PosixFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const ssize_t got = retry([&] {
        std::uint8_t* const to = buffer.data() + done;
        const ssize_t some =
            ::pread(fd_.get(), to, buffer.size() - done, static_cast<off_t>(offset + done));
        // A pipe has no places: standard input and the like are read from front to end. One that
        // lies about in a directory is no file.
        const bool pipe = some < 0 && errno == ESPIPE && path_.starts_with("/dev/");
        return pipe ? ::read(fd_.get(), to, buffer.size() - done) : some;
      });
      if (got < 0 && errno == EAGAIN && path_.starts_with("/dev/")) {  // standard input, slowly
        ::pollfd waits{fd_.get(), POLLIN, 0};
        if (retry([&] { return ::poll(&waits, 1, -1); }) > 0) continue;
      }
      if (got < 0) return failed("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = retry([&] {
        return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (put < 0) return failed("write", path_);
      offset += static_cast<std::uint64_t>(put);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    if (retry([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) < 0) {
      return failed("truncate", path_);
    }
    return {};
  }

  Result<> sync() override {
    // Never retried: after a failure the kernel has dropped the dirty pages.
    if (::fdatasync(fd_.get()) < 0) return failed("sync", path_);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat info {};
    if (::fstat(fd_.get(), &info) < 0) return failed("stat", path_);
    return static_cast<std::uint64_t>(info.st_size);
  }

  Result<bool> try_lock() override {
    if (retry([&] { return ::flock(fd_.get(), LOCK_EX | LOCK_NB); }) == 0) return true;
    if (errno == EWOULDBLOCK) return false;
    return failed("lock", path_);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

/// Below zero with errno where it fails.
int open_beneath(int directory, const std::string& path) {
  ::open_how how{};
  how.flags = O_CLOEXEC | O_RDONLY | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(retry([&] {
    return ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);  // not in glibc
  }));
}

class PosixDirectory : public Directory {
 public:
  PosixDirectory(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::unique_ptr<File>> open(const std::string& path) override {
    Descriptor fd(open_beneath(fd_.get(), path));
    const std::string name = path_ + "/" + path;
    if (fd.get() < 0) return failed("open", name);
    return std::make_unique<PosixFile>(std::move(fd), name);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, const OpenOptions& options) override {
    // A pipe where a file should be must not hold us up until somebody writes into it: it cannot be
    // read at an offset.
    int flags = O_CLOEXEC | (options.write ? O_RDWR : O_RDONLY | O_NONBLOCK);
    if (options.create) flags |= O_CREAT;
    if (options.exclusive) flags |= O_EXCL;
    if (options.truncate) flags |= O_TRUNC;
    Descriptor fd(retry([&] { return ::open(path.c_str(), flags, options.mode); }));
    if (fd.get() < 0) return failed("open", path);
    // A new file gets the mode that was asked for, whatever the process's mask takes from it.
    const bool fresh = options.create && options.exclusive;
    if (fresh && ::fchmod(fd.get(), options.mode) < 0) return failed("set the mode of", path);
    return std::make_unique<PosixFile>(std::move(fd), path);
  }

  Result<std::unique_ptr<Directory>> open_directory(const std::string& path) override {
    Descriptor fd(retry([&] { return ::open(path.c_str(), O_CLOEXEC | O_PATH | O_DIRECTORY); }));
    if (fd.get() < 0) return failed("open", path);
    const Descriptor probe(open_beneath(fd.get(), "."));
    if (probe.get() < 0) return nullptr;  // an old kernel, or a filter on system calls
    return std::make_unique<PosixDirectory>(std::move(fd), path);
  }

  Result<FileInfo> stat(const std::string& path) override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) < 0) return failed("stat", path);
    FileInfo out;
    out.size = static_cast<std::uint64_t>(info.st_size);
    out.directory = S_ISDIR(info.st_mode);
    out.symlink = S_ISLNK(info.st_mode);
    out.mode = info.st_mode & 07777u;
    out.owner = info.st_uid;
    out.modified = {std::chrono::seconds(info.st_mtim.tv_sec) + Duration(info.st_mtim.tv_nsec)};
    return out;
  }

  Result<std::string> read_link(const std::string& path) override {
    std::string target(4096, '\0');
    const ssize_t got = ::readlink(path.c_str(), target.data(), target.size());
    if (got < 0) return failed("read the link", path);
    target.resize(static_cast<std::size_t>(got));
    return target;
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(directory.c_str()), ::closedir);
    if (!handle) return failed("list", directory);
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(handle.get());
      if (entry == nullptr) break;
      const std::string_view name = &entry->d_name[0];
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return failed("list", directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<> make_directories(const std::string& path, std::uint32_t mode) override {
    for (std::size_t at = path.find_first_not_of('/'); at < path.size();) {
      const std::size_t slash = std::min(path.find('/', at), path.size());
      const std::string part = path.substr(0, slash);
      if (::mkdir(part.c_str(), mode) < 0) {
        const int number = errno;
        struct stat info {};
        const bool there = ::stat(part.c_str(), &info) == 0;
        if (there && !S_ISDIR(info.st_mode)) return failed("make directory", part, ENOTDIR);
        if (!there) return failed("make directory", part, number);
      } else if (path.find_first_not_of('/', slash) == std::string::npos) {
        // What was asked for, whatever the process's mask takes from it.
        if (::chmod(part.c_str(), mode) < 0) return failed("set the mode of", part);
      }
      at = path.find_first_not_of('/', slash);
    }
    return {};
  }

  Result<> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) return failed("rename", from);
    return {};
  }

  Result<> remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return {};
    if (errno == EISDIR || errno == EPERM) {
      if (::rmdir(path.c_str()) == 0) return {};
    }
    return failed("remove", path);
  }

  Result<> remove_tree(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);  // walks by descriptor and does not follow symlinks
    if (error) return failed("remove", path, error.value());
    return {};
  }

  Result<> sync_directory(const std::string& path) override {
    const Descriptor fd(
        retry([&] { return ::open(path.c_str(), O_CLOEXEC | O_RDONLY | O_DIRECTORY); }));
    if (fd.get() < 0) return failed("open", path);
    if (::fsync(fd.get()) < 0) return failed("sync", path);
    return {};
  }

  Result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs info {};
    if (retry([&] { return ::statvfs(path.c_str(), &info); }) < 0) {
      return failed("measure the file system of", path);
    }
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }
};

}  // namespace

FileSystem& real_filesystem() {
  static PosixFileSystem files;
  return files;
}

}  // namespace rumbo::io
