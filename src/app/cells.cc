#include "app/cells.h"

#include <algorithm>
#include <fmt/core.h>

#include "app/table.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::app {

std::string cell(const Value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.str();
  if (value.is_bool()) return value.as_bool() ? "yes" : "no";
  if (value.is_array()) {
    std::string out;
    for (const Value& item : value.items()) out += (out.empty() ? "" : ", ") + cell(item);
    return out;
  }
  if (value["name"].is_string()) return value["name"].str();
  if (value["path"].is_string()) return value["path"].str();
  return codec::to_json(value);
}

std::string scope_cell(const Value& item) {
  std::string scope = item["application"].str();
  if (item["environment"].is_string()) scope += "@" + item["environment"].str();
  return scope;
}

std::string age_cell(const Value& at, WallTime now) {
  const auto time = from_rfc3339(at.as_string());
  if (!time) return {};
  const auto seconds = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(now.since_epoch - time->since_epoch)
             .count());
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (seconds < 120 * 60) return fmt::format("{}m", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{}h", seconds / 3600);
  return fmt::format("{}d", seconds / 86400);
}

std::string table_of(std::span<const Value> items, std::span<const Column> columns, bool wide,
                     WallTime now, const Paint& paint) {
  std::vector<std::string_view> headers;
  for (const Column& column : columns) {
    if (wide || !column.wide) headers.push_back(column.header);
  }
  Table table(std::move(headers));
  for (const Value& item : items) {
    std::vector<std::string> cells;
    for (const Column& column : columns) {
      if (column.wide && !wide) continue;
      const std::size_t at = column.member.find('@');
      if (column.member == "@scope") {
        cells.push_back(scope_cell(item));
      } else if (at != std::string_view::npos) {
        cells.push_back(age_cell(item[column.member.substr(0, at)], now));
      } else {
        cells.push_back(cell(item[column.member]));
      }
    }
    table.add(std::move(cells));
  }
  return table.render(paint);
}

}  // namespace rumbo::app
