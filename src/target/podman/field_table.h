// FieldTable: the one list of the fields a Podman host knows, and what becomes of each.
//
// check_object() reads it, and the documentation's field reference is printed from it.
// Threads: constant data.
#pragma once

#include <span>
#include <string_view>

namespace rumbo::target::podman {

enum class FieldType {
  text,
  integer,
  boolean,
  quantity,      ///< "250m", "64Mi", 2
  port_or_name,  ///< 8080 or "http"
  texts,         ///< a list of strings
  integers,
  text_map,
  quantity_map,
  object,   ///< of the table named in `of`
  objects,  ///< a list of these
  any,
};

enum class FieldUse {
  supported,
  ignored,  ///< accepted, but it changes nothing here
  refused,
};

struct Field {
  std::string_view table;  ///< "Container"
  std::string_view name;
  FieldType type = FieldType::any;
  std::string_view of = {};  ///< object, objects: the table; text: "A|B|C", the values allowed
  FieldUse use = FieldUse::supported;
  std::string_view why = {};  ///< of ignored and refused fields; else a remark for the reference
  bool required = false;
};

struct KindRow {
  std::string_view kind;         ///< "Deployment.apps"
  std::string_view api_version;  ///< "apps/v1"
  std::string_view table;
  std::string_view note;
};

std::span<const KindRow> kind_rows();
/// The rows of one table, in the order of the reference.
std::span<const Field> fields_of(std::string_view table);

std::string_view to_string(FieldType type);
std::string_view to_string(FieldUse use);

}  // namespace rumbo::target::podman
