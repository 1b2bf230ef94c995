#include "io/fake/memory_filesystem.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::io::fake {
namespace {

tl::unexpected<Error> failed(Code code, const char* what, const std::string& path,
                             const char* why) {
  return fail(code, std::string("cannot ") + what + " `" + path + "`: " + why);
}

tl::unexpected<Error> off() {
  return fail(Code::unavailable, "the machine is off");
}

constexpr auto kNothing = [](Effect) {};

}  // namespace

template <class Act, class Partly>
auto MemoryFileSystem::run(Operation operation, Act&& act, Partly&& partly) -> decltype(act()) {
  mutex_.assert_held();
  if (off_) return off();
  const auto fault = faults_.count(operation);
  if (!fault) return act();
  if (fault->kind == Fault::Kind::fill_disk) {
    limit_ = used_bytes(*root_);
    return act();
  }
  if (fault->effect == Effect::full) {
    static_cast<void>(act());
  } else {
    partly(fault->effect);
  }
  if (fault->kind == Fault::Kind::power_off) {
    off_ = true;
    return off();
  }
  return fail(fault->error);
}

template <class Act>
auto MemoryFileSystem::run(Operation operation, Act&& act) -> decltype(act()) {
  return run(operation, std::forward<Act>(act), kNothing);
}

class MemoryFileSystem::Handle : public File {
 public:
  Handle(MemoryFileSystem& owner, InodePtr inode, std::string path, bool writable,
         std::uint64_t boot)
      : owner_(owner),
        inode_(std::move(inode)),
        path_(std::move(path)),
        writable_(writable),
        boot_(boot) {}

  ~Handle() override {
    MutexLock lock(owner_.mutex_);
    if (inode_->locked_by == this) inode_->locked_by = nullptr;
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    return call<std::size_t>(Operation::read, [&]() -> Result<std::size_t> {
      owner_.mutex_.assert_held();
      const std::string& content = inode_->now;
      if (offset >= content.size()) return std::size_t{0};
      const std::size_t count =
          std::min(buffer.size(), content.size() - static_cast<std::size_t>(offset));
      std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), count, buffer.begin());
      return count;
    });
  }

  Result<> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
    return call<void>(
        Operation::write,
        [&]() -> Result<> {
          owner_.mutex_.assert_held();
          if (!writable_) return failed(Code::invalid, "write", path_, "opened for reading");
          const std::uint64_t end = offset + bytes.size();
          const std::uint64_t growth = end > inode_->now.size() ? end - inode_->now.size() : 0;
          const std::uint64_t fits = owner_.room(growth);
          if (fits < growth) {
            const std::uint64_t lacking = std::min<std::uint64_t>(growth - fits, bytes.size());
            put(offset, bytes.first(bytes.size() - static_cast<std::size_t>(lacking)));
            return failed(Code::exhausted, "write", path_, "no space left on device");
          }
          put(offset, bytes);
          return {};
        },
        [&](Effect effect) {
          owner_.mutex_.assert_held();
          if (effect == Effect::half && writable_) put(offset, bytes.first(bytes.size() / 2));
        });
  }

  Result<> truncate(std::uint64_t size) override {
    return call<void>(Operation::truncate, [&]() -> Result<> {
      owner_.mutex_.assert_held();
      if (!writable_) return failed(Code::invalid, "truncate", path_, "opened for reading");
      inode_->truncate(size);
      return {};
    });
  }

  Result<> sync() override {
    return call<void>(
        Operation::sync,
        [&]() -> Result<> {
          owner_.mutex_.assert_held();
          inode_->sync();
          return {};
        },
        [&](Effect effect) { inode_->sync_failed(effect == Effect::half); });
  }

  Result<std::uint64_t> size() override {
    return call<std::uint64_t>(Operation::size, [&]() -> Result<std::uint64_t> {
      owner_.mutex_.assert_held();
      return std::uint64_t{inode_->now.size()};
    });
  }

  Result<bool> try_lock() override {
    return call<bool>(Operation::lock, [&]() -> Result<bool> {
      owner_.mutex_.assert_held();
      if (inode_->locked_by != nullptr && inode_->locked_by != this) return false;
      inode_->locked_by = this;
      return true;
    });
  }

 private:
  template <class T, class Act, class Partly>
  Result<T> call(Operation operation, Act&& act, Partly&& partly) {
    MutexLock lock(owner_.mutex_);
    if (boot_ != owner_.boots_) {
      return failed(Code::unavailable, "use", path_, "opened before the machine went off");
    }
    return owner_.run(operation, std::forward<Act>(act), std::forward<Partly>(partly));
  }
  template <class T, class Act>
  Result<T> call(Operation operation, Act&& act) {
    return call<T>(operation, std::forward<Act>(act), kNothing);
  }

  void put(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    if (!bytes.empty()) inode_->write(offset, bytes);
  }

  MemoryFileSystem& owner_;
  const InodePtr inode_;
  const std::string path_;
  const bool writable_;
  const std::uint64_t boot_;
};

MemoryFileSystem::MemoryFileSystem() : root_(std::make_shared<Inode>()) {
  root_->directory = true;
  root_->mode = 0755;
}
MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::power_off() {
  MutexLock lock(mutex_);
  off_ = true;
}

bool MemoryFileSystem::is_off() const {
  MutexLock lock(mutex_);
  return off_;
}

void MemoryFileSystem::restart(Keep keep, std::uint64_t seed) {
  MutexLock lock(mutex_);
  SeededRandom random(seed);
  names_.crash(root_, keep, random);
  faults_.disarm();
  ++boots_;
  off_ = false;
}

void MemoryFileSystem::crash(Keep keep, std::uint64_t seed) {
  power_off();
  restart(keep, seed);
}

void MemoryFileSystem::set_limit(std::optional<std::uint64_t> bytes) {
  MutexLock lock(mutex_);
  limit_ = bytes;
}

std::uint64_t MemoryFileSystem::used() const {
  MutexLock lock(mutex_);
  return used_bytes(*root_);
}

void MemoryFileSystem::arm(Fault fault) {
  MutexLock lock(mutex_);
  faults_.arm(std::move(fault));
}

void MemoryFileSystem::fail_nth(Operation operation, std::uint64_t n, Error error) {
  arm({.operation = operation, .nth = n, .error = std::move(error)});
}

bool MemoryFileSystem::fault_fired() const {
  MutexLock lock(mutex_);
  return faults_.fired();
}

std::optional<Operation> MemoryFileSystem::fault_fired_in() const {
  MutexLock lock(mutex_);
  return faults_.fired_in();
}

std::uint64_t MemoryFileSystem::counted(Operation operation) const {
  MutexLock lock(mutex_);
  return faults_.counted(operation);
}

std::uint64_t MemoryFileSystem::total_counted() const {
  MutexLock lock(mutex_);
  return faults_.total();
}

std::uint64_t MemoryFileSystem::room(std::uint64_t wanted) const {
  if (!limit_) return wanted;
  const std::uint64_t used = used_bytes(*root_);
  return std::min(wanted, *limit_ > used ? *limit_ - used : 0);
}

Result<MemoryFileSystem::Place> MemoryFileSystem::find(const std::string& path) const {
  Place place{nullptr, "", root_};
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (!place.inode || !place.inode->directory) {
      return failed(Code::not_found, "find", path, "no such file or directory");
    }
    place.directory = place.inode;
    place.name = part;
    const auto entry = place.directory->entries.find(place.name);
    place.inode = entry == place.directory->entries.end() ? nullptr : entry->second;
  }
  return place;
}

Result<InodePtr> MemoryFileSystem::directory_at(const std::string& path) const {
  const Place place = TRY(find(path));
  if (!place.inode || !place.inode->directory) {
    return failed(Code::not_found, "open", path, "no such directory");
  }
  return place.inode;
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const std::string& path,
                                                     const OpenOptions& options) {
  MutexLock lock(mutex_);
  // The handle is made last: one that a fault throws away would lock again to let go of the file.
  auto inode = run(Operation::open, [&]() -> Result<InodePtr> {
    mutex_.assert_held();
    Place place = TRY(find(path));
    if (place.inode && place.inode->directory) {
      // As open(2): a directory can be opened, but not written; nothing here needs either.
      return failed(Code::invalid, "open", path, "is a directory");
    }
    if (place.inode && options.create && options.exclusive) {
      return failed(Code::conflict, "open", path, "file exists");
    }
    if (!place.inode && !options.create) {
      return failed(Code::not_found, "open", path, "no such file or directory");
    }
    if (!place.inode) {
      place.inode = std::make_shared<Inode>();
      place.inode->mode = options.mode;
      names_.change({{place.directory, place.name, place.inode}});
    } else if (options.truncate && !place.inode->now.empty()) {
      place.inode->truncate(0);
    }
    return place.inode;
  });
  if (!inode) return fail(std::move(inode).error());
  return std::make_unique<Handle>(*this, *inode, path, options.write, boots_);
}

Result<FileInfo> MemoryFileSystem::stat(const std::string& path) {
  MutexLock lock(mutex_);
  return run(Operation::stat, [&]() -> Result<FileInfo> {
    mutex_.assert_held();
    const Place place = TRY(find(path));
    if (!place.inode) return failed(Code::not_found, "stat", path, "no such file or directory");
    FileInfo info;
    info.size = place.inode->now.size();
    info.directory = place.inode->directory;
    info.mode = place.inode->mode;
    return info;
  });
}

Result<std::vector<std::string>> MemoryFileSystem::list(const std::string& directory) {
  MutexLock lock(mutex_);
  return run(Operation::list, [&]() -> Result<std::vector<std::string>> {
    mutex_.assert_held();
    const InodePtr inode = TRY(directory_at(directory));
    std::vector<std::string> names;
    for (const auto& [name, child] : inode->entries) names.push_back(name);
    return names;
  });
}

Result<> MemoryFileSystem::make_directories(const std::string& path, std::uint32_t mode) {
  MutexLock lock(mutex_);
  return run(Operation::make_directories, [&]() -> Result<> {
    mutex_.assert_held();
    InodePtr at = root_;
    for (const std::string_view part : split(path, '/')) {
      if (part.empty() || part == ".") continue;
      const std::string name(part);
      InodePtr& child = at->entries[name];
      if (!child) {
        auto made = std::make_shared<Inode>();
        made->directory = true;
        made->mode = mode;
        names_.change({{at, name, made}});
      }
      if (!child->directory) {
        return failed(Code::not_found, "make directory", path, "not a directory");
      }
      at = child;
    }
    return {};
  });
}

Result<> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  return run(Operation::rename, [&]() -> Result<> {
    mutex_.assert_held();
    const Place source = TRY(find(from));
    const Place target = TRY(find(to));
    if (!source.inode) return failed(Code::not_found, "rename", from, "no such file or directory");
    if (!source.directory || !target.directory ||
        (target.inode && target.inode->directory != source.inode->directory)) {
      return failed(Code::invalid, "rename", from, "a file and a directory do not mix");
    }
    if (target.inode && target.inode->directory && !target.inode->entries.empty()) {
      return failed(Code::conflict, "rename", from, "directory not empty");
    }
    if (source.inode == target.inode) return {};
    names_.change(
        {{source.directory, source.name, nullptr}, {target.directory, target.name, source.inode}});
    return {};
  });
}

Result<> MemoryFileSystem::remove(const std::string& path) {
  MutexLock lock(mutex_);
  return run(Operation::remove, [&]() -> Result<> {
    mutex_.assert_held();
    const Place place = TRY(find(path));
    if (!place.inode) return failed(Code::not_found, "remove", path, "no such file or directory");
    if (!place.directory || !place.inode->entries.empty()) {
      return failed(Code::conflict, "remove", path, "directory not empty");
    }
    names_.change({{place.directory, place.name, nullptr}});
    return {};
  });
}

Result<> MemoryFileSystem::remove_tree(const std::string& path) {
  MutexLock lock(mutex_);
  return run(Operation::remove_tree, [&]() -> Result<> {
    mutex_.assert_held();
    const auto place = find(path);
    if (!place || !place->inode) return {};  // nothing there is what was asked for
    if (!place->directory) return failed(Code::invalid, "remove", path, "the root stays");
    names_.change({{place->directory, place->name, nullptr}});
    return {};
  });
}

Result<> MemoryFileSystem::sync_directory(const std::string& path) {
  MutexLock lock(mutex_);
  return run(Operation::sync_directory, [&]() -> Result<> {
    mutex_.assert_held();
    names_.sync(TRY(directory_at(path)));
    return {};
  });
}

Result<std::uint64_t> MemoryFileSystem::free_bytes(const std::string& path) {
  MutexLock lock(mutex_);
  return run(Operation::free_bytes, [&]() -> Result<std::uint64_t> {
    mutex_.assert_held();
    TRY(find(path));
    return room(std::uint64_t{1} << 40);
  });
}

}  // namespace rumbo::io::fake
