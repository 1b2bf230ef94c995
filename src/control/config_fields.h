// The one table of fields a configuration may hold: it drives checking, the JSON Schema and the
// reference page, so that the three cannot disagree.
//
// Threads: immutable.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rumbo::control {

enum class FieldType {
  text,
  label,    ///< RFC 1123 label
  word,     ///< one of `words`
  integer,  ///< from 1 to 1000
  count,    ///< from -1 to 1000
  amount,   ///< a number from 0, or a part: 30%
  boolean,
  duration,  ///< Go syntax: 1m30s
  texts,     ///< list of strings
  text_map,  ///< map of strings
  tree,      ///< map of anything
  list,      ///< list of anything
  record,    ///< map with fields of its own
  records,   ///< list of records
  entries,   ///< list of names or records
};

struct Field {
  std::string_view kind;  ///< Application, Environment; empty: both
  std::string_view path;  ///< "spec.sync.timeout"; "[]" stands for each entry of a list
  FieldType type = FieldType::text;
  bool required = false;
  std::string_view fallback;  ///< the default, as it would be written
  std::string_view doc;
  std::string_view words = {};  ///< of a word: "restore|stop"
  /// Path of the record whose fields this one has too; of another kind as "Kind:path".
  std::string_view same_as = {};
  std::string_view instead = {};  ///< set: not built yet, and what to use today
};

std::span<const Field> config_fields();
/// Kinds that can be written today.
std::span<const std::string_view> config_kinds();
/// Kinds that come later; a document of one is refused plainly.
std::span<const std::string_view> later_kinds();

/// Fields directly below a record; `path` "" is the document.
std::vector<const Field*> fields_below(std::string_view kind, std::string_view path);
/// The last part of the field's path.
std::string_view field_name(const Field& field);

}  // namespace rumbo::control
