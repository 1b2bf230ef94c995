// Database and Query: SQLite connections and statements that close themselves, errors as values.
//
// Threads: one at a time; the owner locks. Texts bound to a query must live as long as it.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "store/vfs.h"

struct sqlite3;
struct sqlite3_stmt;

namespace rumbo::store {

/// A value for a `?` of a statement.
class Arg {
 public:
  enum class Kind { null, integer, text, blob };
  Arg(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): arguments read as SQL values
  Arg(std::int64_t number) : kind_(Kind::integer), number_(number) {}
  Arg(std::uint64_t number) : Arg(static_cast<std::int64_t>(number)) {}
  Arg(int number) : Arg(static_cast<std::int64_t>(number)) {}
  Arg(std::string_view text) : kind_(Kind::text), text_(text) {}
  Arg(const std::string& text) : Arg(std::string_view(text)) {}
  Arg(const char* text) : Arg(std::string_view(text)) {}
  static Arg blob(std::string_view bytes) {
    Arg arg(bytes);
    arg.kind_ = Kind::blob;
    return arg;
  }

  Kind kind() const { return kind_; }
  std::int64_t number() const { return number_; }
  std::string_view text() const { return text_; }

 private:
  Kind kind_ = Kind::null;
  std::int64_t number_ = 0;
  std::string_view text_;
};

class Database;

/// A running statement. Its columns, counted from 0, are valid until the next next().
class Query {
 public:
  ~Query();
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;

  /// Goes to the next row; false after the last one.
  Result<bool> next();
  std::int64_t integer(int column) const;
  /// Text or blob; empty for null.
  std::string_view bytes(int column) const;
  std::string str(int column) const { return std::string(bytes(column)); }
  bool is_null(int column) const;

 private:
  friend class Database;
  /// `home` is where the statement waits for its next use; null if it will have none.
  Query(Database& owner, sqlite3_stmt* statement, sqlite3_stmt** home)
      : owner_(owner), statement_(statement), home_(home) {}
  Database& owner_;
  sqlite3_stmt* statement_;
  sqlite3_stmt** home_;
};

class Database {
 public:
  /// Opens or creates the file in WAL mode, locked exclusively, with at most 2 MiB of page cache.
  /// A commit is on disk only after Vfs::sync_wal(). `vfs` outlives the database.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Vfs& vfs);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Statements are kept compiled, so the same text is cheap to run again.
  Result<Query> query(std::string_view sql, std::initializer_list<Arg> args = {});
  /// Runs a statement that returns no rows anyone reads.
  Result<> run(std::string_view sql, std::initializer_list<Arg> args = {});
  /// Runs several statements separated by semicolons.
  Result<> script(const char* sql);
  /// The first column of the first row; nullopt without a row.
  Result<std::optional<std::int64_t>> integer(std::string_view sql,
                                              std::initializer_list<Arg> args = {});
  Result<std::optional<std::string>> text(std::string_view sql,
                                          std::initializer_list<Arg> args = {});

  bool in_transaction() const;
  /// Pages in the write-ahead log after the last commit.
  int wal_pages() const { return wal_pages_; }
  /// Moves the log into the database file (both synced) so that the log starts anew.
  Result<> checkpoint();
  /// Closing will leave files as they are: after a failed sync nothing may be built on them.
  void leave_files_alone();

 private:
  friend class Query;
  Database(sqlite3* handle, Vfs& vfs) : handle_(handle), vfs_(vfs) {}
  tl::unexpected<Error> error(std::string_view doing) const;

  sqlite3* handle_;
  Vfs& vfs_;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  /// Compiled statements by their text; null while in use.
  std::unordered_map<std::string, sqlite3_stmt*, Hash, std::equal_to<>> statements_;
  int wal_pages_ = 0;
};

}  // namespace rumbo::store
