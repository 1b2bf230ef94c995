#include "app/table.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::app {
namespace {
constexpr std::size_t kGap = 3;
bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}
}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  if (most == 0) return {};
  std::size_t seen = 0, at = 0;
  for (; at < text.size(); ++at) {
    if (starts_character(text[at]) && seen++ == most - 1) break;
  }
  return std::string(text.substr(0, at)) + "…";
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = cell.empty() ? "-" : printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render(const Paint& paint) const {
  std::vector<std::size_t> widths;
  for (const std::string_view header : headers_) widths.push_back(columns(header));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  const auto cell = [&](std::size_t i, std::string_view plain, const std::string& painted) {
    out += painted;
    if (i + 1 < headers_.size()) out.append(widths[i] + kGap - columns(plain), ' ');
  };
  for (std::size_t i = 0; i < headers_.size(); ++i) cell(i, headers_[i], std::string(headers_[i]));
  out += '\n';
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) cell(i, row[i], paint.word(row[i]));
    out += '\n';
  }
  return out;
}

}  // namespace rumbo::app
