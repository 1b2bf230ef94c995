#include "store/database.h"

#include <sqlite3.h>
#include <utility>

namespace rumbo::store {
namespace {

constexpr std::size_t kMostKept = 64;

Code code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Code::exhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::corrupt;
    case SQLITE_TOOBIG:
      return Code::too_large;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return Code::unavailable;
    default:
      return Code::internal;
  }
}

/// SQLite's own message, and the file system's where there is one.
Error describe(sqlite3* handle, const Vfs& vfs, std::string_view doing) {
  const int result = sqlite3_extended_errcode(handle);
  const Code code = code_of(result);
  std::string message = "journal database: " + std::string(doing) + ": " + sqlite3_errmsg(handle);
  const auto cause = vfs.last_error();
  const bool from_files = code == Code::unavailable || (result & 0xff) == SQLITE_FULL;
  if (from_files && cause) message += " (" + cause->message() + ")";
  Error out(code, std::move(message));
  if (code != Code::corrupt) return out;
  return std::move(out).with_hint(
      "what runs is untouched; `rumbo restore` brings back a backup. Without one, move the state "
      "directory away and `rumbo recover --from-target` takes up what runs (docs/operations.md)");
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  if (home_ != nullptr && *home_ == nullptr) {
    *home_ = statement_;
  } else {
    sqlite3_finalize(statement_);
  }
}

Query::Query(Query&& other) noexcept
    : owner_(other.owner_),
      statement_(std::exchange(other.statement_, nullptr)),
      home_(other.home_) {}

Result<bool> Query::next() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return owner_.error("query");
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Query::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Vfs& vfs) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.name().c_str());
  std::unique_ptr<Database> database(new Database(handle, vfs));
  if (result != SQLITE_OK) return database->error("open `" + path + "`");
  sqlite3_extended_result_codes(handle, 1);
  // Exclusive before WAL: the log's index then lives on the heap. NORMAL syncs all that keeps the
  // files consistent; the commits themselves are synced by Vfs::sync_wal(), many at a time.
  // No spilling: nothing is written before a commit, so only a commit can find the disk full.
  TRY(database->script(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
      "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-2048; PRAGMA cache_spill=OFF;"
      "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF;"));
  const auto mode = TRY(database->text("PRAGMA journal_mode"));
  if (mode != "wal") {
    return fail(Code::unavailable, "journal database: cannot switch `" + path + "` to WAL mode");
  }
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      database.get());
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

tl::unexpected<Error> Database::error(std::string_view doing) const {
  return fail(describe(handle_, vfs_, doing));
}

Result<Query> Database::query(std::string_view sql, std::initializer_list<Arg> args) {
  auto found = statements_.find(sql);
  if (found == statements_.end() && statements_.size() < kMostKept) {
    found = statements_.emplace(std::string(sql), nullptr).first;
  }
  sqlite3_stmt** home = found == statements_.end() ? nullptr : &found->second;
  sqlite3_stmt* statement = home == nullptr ? nullptr : std::exchange(*home, nullptr);
  if (statement == nullptr && sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()),
                                                 &statement, nullptr) != SQLITE_OK) {
    return error("prepare");
  }
  Query query(*this, statement, home);
  int index = 0;
  for (const Arg& arg : args) {
    ++index;
    const auto size = static_cast<sqlite3_uint64>(arg.text().size());
    // A null pointer would bind NULL, and an empty text is none.
    const char* data = arg.text().data() == nullptr ? "" : arg.text().data();
    int result = SQLITE_OK;
    switch (arg.kind()) {
      case Arg::Kind::null:
        result = sqlite3_bind_null(statement, index);
        break;
      case Arg::Kind::integer:
        result = sqlite3_bind_int64(statement, index, arg.number());
        break;
      case Arg::Kind::text:
        result = sqlite3_bind_text64(statement, index, data, size, SQLITE_STATIC, SQLITE_UTF8);
        break;
      case Arg::Kind::blob:
        result = sqlite3_bind_blob64(statement, index, data, size, SQLITE_STATIC);
        break;
    }
    if (result != SQLITE_OK) return error("bind");
  }
  return query;
}

Result<> Database::run(std::string_view sql, std::initializer_list<Arg> args) {
  Query query = TRY(this->query(sql, args));
  while (TRY(query.next())) {
  }
  return {};
}

Result<> Database::script(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error("run");
  return {};
}

Result<std::optional<std::int64_t>> Database::integer(std::string_view sql,
                                                      std::initializer_list<Arg> args) {
  Query query = TRY(this->query(sql, args));
  if (!TRY(query.next()) || query.is_null(0)) return std::optional<std::int64_t>();
  return std::optional(query.integer(0));
}

Result<std::optional<std::string>> Database::text(std::string_view sql,
                                                  std::initializer_list<Arg> args) {
  Query query = TRY(this->query(sql, args));
  if (!TRY(query.next()) || query.is_null(0)) return std::optional<std::string>();
  return std::optional(query.str(0));
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

Result<> Database::checkpoint() {
  const int result =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (result != SQLITE_OK) return error("checkpoint");
  wal_pages_ = 0;
  return {};
}

void Database::leave_files_alone() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace rumbo::store
