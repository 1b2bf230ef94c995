// Cells: the parts of answers as short texts for tables.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/streams.h"
#include "base/time.h"
#include "base/value.h"

namespace rumbo::app {

/// Scalars as they are, lists joined by ", ", a revision by its name, null as nothing.
std::string cell(const Value& value);
/// "shop@dev" of an answer's item that names application and environment.
std::string scope_cell(const Value& item);
/// "5m", "3h", "12d" since an RFC 3339 time; nothing if it is none.
std::string age_cell(const Value& at, WallTime now);

/// One column: its header, the member it shows, and whether only `-o wide` does.
struct Column {
  std::string_view header;
  std::string_view member;  ///< "@scope" is scope_cell(), "member@age" its age
  bool wide = false;
};

/// Items as a table of the columns.
std::string table_of(std::span<const Value> items, std::span<const Column> columns, bool wide,
                     WallTime now, const Paint& paint);

}  // namespace rumbo::app
