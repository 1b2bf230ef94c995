// Table: aligned columns as kubectl prints them, upper-case headers, three spaces between.
//
// Threads: as any value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/streams.h"

namespace rumbo::app {

class Table {
 public:
  explicit Table(std::vector<std::string_view> headers) : headers_(std::move(headers)) {}
  /// One cell a header; control characters are escaped, an empty cell shows as "-".
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string render(const Paint& paint) const;

 private:
  std::vector<std::string_view> headers_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns a text takes: its code points.
std::size_t columns(std::string_view text);
/// The text cut to so many columns, ending in "…" where something is missing.
std::string cut(std::string_view text, std::size_t most);

}  // namespace rumbo::app
