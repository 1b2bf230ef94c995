#include "store/vfs.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <sqlite3.h>

#include "base/guarded.h"

namespace rumbo::store {

struct Vfs::State {
  io::FileSystem& files;
  Clock& clock;
  io::Random& random;
  std::string name;
  sqlite3_vfs vfs{};
  Guarded<std::optional<Error>> last_error;
  Guarded<std::shared_ptr<io::File>> wal;

  /// Remembers the error and returns what SQLite is told instead.
  int failed(const Error& error, int as) {
    last_error.with([&](std::optional<Error>& last) { last = error; });
    return as;
  }
};

namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

/// A full disk can be helped, so SQLite is told apart from other failures of writing.
int write_code(const Error& error, int otherwise) {
  return error.code() == Code::exhausted ? SQLITE_FULL : otherwise;
}

/// SQLite allocates szOsFile bytes; `base` comes first.
struct OpenFile {
  sqlite3_file base{};
  Vfs::State* state = nullptr;
  std::unique_ptr<io::File> file;
};

OpenFile& self(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

Vfs::State& state_of(sqlite3_vfs* vfs) {
  return *static_cast<Vfs::State*>(vfs->pAppData);
}

int close(sqlite3_file* file) {
  self(file).~OpenFile();
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* buffer, int count, sqlite3_int64 offset) {
  const std::span<std::uint8_t> out(static_cast<std::uint8_t*>(buffer),
                                    static_cast<std::size_t>(count));
  const auto got = self(file).file->read_at(static_cast<std::uint64_t>(offset), out);
  if (!got) return self(file).state->failed(got.error(), SQLITE_IOERR_READ);
  if (*got == out.size()) return SQLITE_OK;
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(*got), out.end(), std::uint8_t{0});
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* buffer, int count, sqlite3_int64 offset) {
  const std::span<const std::uint8_t> bytes(static_cast<const std::uint8_t*>(buffer),
                                            static_cast<std::size_t>(count));
  const auto done = self(file).file->write_at(static_cast<std::uint64_t>(offset), bytes);
  if (done) return SQLITE_OK;
  return self(file).state->failed(done.error(), write_code(done.error(), SQLITE_IOERR_WRITE));
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  const auto done = self(file).file->truncate(static_cast<std::uint64_t>(size));
  if (done) return SQLITE_OK;
  return self(file).state->failed(done.error(), write_code(done.error(), SQLITE_IOERR_TRUNCATE));
}

int sync(sqlite3_file* file, int) {
  const auto done = self(file).file->sync();
  // Never SQLITE_FULL: after any failed sync what is on disk is unknown.
  return done ? SQLITE_OK : self(file).state->failed(done.error(), SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  const auto size = self(file).file->size();
  if (!size) return self(file).state->failed(size.error(), SQLITE_IOERR_FSTAT);
  *out = static_cast<sqlite3_int64>(*size);
  return SQLITE_OK;
}

int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return 4096;
}

int device_characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods table = [] {
    sqlite3_io_methods m{};
    m.iVersion = 1;  // no shared memory: WAL works in exclusive locking mode only
    m.xClose = close;
    m.xRead = read;
    m.xWrite = write;
    m.xTruncate = truncate;
    m.xSync = sync;
    m.xFileSize = file_size;
    m.xLock = lock;
    m.xUnlock = lock;
    m.xCheckReservedLock = check_reserved_lock;
    m.xFileControl = file_control;
    m.xSectorSize = sector_size;
    m.xDeviceCharacteristics = device_characteristics;
    return m;
  }();
  return &table;
}

/// Opens a file; a new one has its name made durable at once.
Result<std::unique_ptr<io::File>> open_file(io::FileSystem& files, const std::string& path,
                                            int flags) {
  io::OpenOptions options{.write = (flags & SQLITE_OPEN_READWRITE) != 0};
  auto file = files.open(path, options);
  const bool missing = !file && file.error().code() == Code::not_found;
  if (!missing || (flags & SQLITE_OPEN_CREATE) == 0) return file;
  options.create = true;
  file = files.open(path, options);
  if (file) TRY(files.sync_directory(parent_of(path)));
  return file;
}

int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* out, int flags, int* out_flags) {
  out->pMethods = nullptr;  // tells SQLite not to call xClose when this fails
  Vfs::State& state = state_of(vfs);
  if (path == nullptr) return SQLITE_CANTOPEN;  // temporary files are kept in memory
  auto file = open_file(state.files, path, flags);
  if (!file) return state.failed(file.error(), SQLITE_CANTOPEN);
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    auto second = state.files.open(path, {.write = true});
    if (!second) return state.failed(second.error(), SQLITE_CANTOPEN);
    state.wal.with([&](std::shared_ptr<io::File>& wal) { wal = std::move(*second); });
  }
  auto* opened = new (out) OpenFile;
  opened->base.pMethods = methods();
  opened->state = &state;
  opened->file = std::move(*file);
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  Vfs::State& state = state_of(vfs);
  const auto removed = state.files.remove(path);
  if (!removed) {
    const bool gone = removed.error().code() == Code::not_found;
    if (gone) return SQLITE_IOERR_DELETE_NOENT;
    return state.failed(removed.error(), SQLITE_IOERR_DELETE);
  }
  if (sync_directory == 0) return SQLITE_OK;
  const auto synced = state.files.sync_directory(parent_of(path));
  return synced ? SQLITE_OK : state.failed(synced.error(), SQLITE_IOERR_DIR_FSYNC);
}

int access(sqlite3_vfs* vfs, const char* path, int, int* out) {
  Vfs::State& state = state_of(vfs);
  const auto info = state.files.stat(path);
  if (!info && info.error().code() != Code::not_found) {
    return state.failed(info.error(), SQLITE_IOERR_ACCESS);
  }
  // As SQLite's own: an empty journal is no journal.
  *out = info && info->size > 0 ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  const std::size_t length = std::strlen(path) + 1;
  if (length > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, path, length);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int count, char* out) {
  state_of(vfs).random.fill(
      {reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(count)});
  return count;
}

int sleep(sqlite3_vfs*, int) {
  return 0;  // there is nobody to wait for
}

int current_time(sqlite3_vfs* vfs, sqlite3_int64* out) {
  constexpr std::int64_t kUnixEpoch = 24405875LL * 8640000LL;  // in milliseconds of julian days
  const auto wall = state_of(vfs).clock.wall().since_epoch;
  *out = kUnixEpoch + std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
  return SQLITE_OK;
}

int current_time_days(sqlite3_vfs* vfs, double* out) {
  sqlite3_int64 milliseconds = 0;
  current_time(vfs, &milliseconds);
  *out = static_cast<double>(milliseconds) / 86400000.0;
  return SQLITE_OK;
}

int last_error_number(sqlite3_vfs*, int, char*) {
  return 0;
}

}  // namespace

Vfs::Vfs(io::FileSystem& files, Clock& clock, io::Random& random)
    : state_(new State{files, clock, random, {}, {}, {}, {}}) {
  static std::atomic<int> count{0};
  state_->name = "rumbo-" + std::to_string(++count);
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 4096;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep;
  vfs.xCurrentTime = current_time_days;
  vfs.xCurrentTimeInt64 = current_time;
  vfs.xGetLastError = last_error_number;
  sqlite3_vfs_register(&vfs, 0);
}

Vfs::~Vfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& Vfs::name() const {
  return state_->name;
}

Result<> Vfs::sync_wal() {
  const std::shared_ptr<io::File> wal = state_->wal.copy();
  if (!wal) return fail(Code::internal, "the journal has no write-ahead log open");
  return wal->sync();
}

std::optional<Error> Vfs::last_error() const {
  return state_->last_error.copy();
}

}  // namespace rumbo::store
