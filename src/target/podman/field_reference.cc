// The field table as Markdown, for the documentation.
#include <fmt/core.h>
#include <set>
#include <vector>

#include "base/strings.h"
#include "target/podman/check_object.h"
#include "target/podman/field_table.h"

namespace rumbo::target::podman {
namespace {

std::string type_text(const Field& field) {
  if (field.type == FieldType::text && !field.of.empty()) {
    std::string out;
    for (const std::string_view word : split(field.of, '|')) {
      if (!word.empty()) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", word);
    }
    return out;
  }
  if (field.type == FieldType::object)
    return fmt::format("[{}](#{})", field.of, to_lower(field.of));
  if (field.type == FieldType::objects) {
    return fmt::format("list of [{}](#{})", field.of, to_lower(field.of));
  }
  return std::string(to_string(field.type));
}

void print_table(std::string_view table, std::string& out) {
  out +=
      fmt::format("\n### {}\n\n| Field | Type | On a Podman host | |\n|---|---|---|---|\n", table);
  for (const Field& field : fields_of(table)) {
    out +=
        fmt::format("| `{}`{} | {} | {} | {} |\n", field.name, field.required ? " (required)" : "",
                    type_text(field), to_string(field.use), field.why);
  }
}

}  // namespace

std::string field_reference() {
  std::string out = "| Kind | apiVersion | Becomes |\n|---|---|---|\n";
  std::vector<std::string_view> queue;
  for (const KindRow& row : kind_rows()) {
    out += fmt::format("| [{0}](#{1}) | `{2}` | {3} |\n", row.table, to_lower(row.table),
                       row.api_version, row.note);
    queue.push_back(row.table);
  }
  std::set<std::string_view> seen(queue.begin(), queue.end());
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const std::string_view table = queue[at];
    print_table(table, out);
    for (const Field& field : fields_of(table)) {
      const bool nested = field.type == FieldType::object || field.type == FieldType::objects;
      if (nested && seen.insert(field.of).second) queue.push_back(field.of);
    }
  }
  return out;
}

}  // namespace rumbo::target::podman
