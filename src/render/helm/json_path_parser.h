// The expressions of a JSONPath template.
//
// Threads: as any value.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::render::helm {

struct JsonPathNode {
  enum class Kind {
    list,  ///< what stands between braces
    text,
    field,
    slice,
    filter,  ///< children: left, right
    integer,
    real,
    boolean,
    wildcard,
    recursive,
    join,  ///< a union; children: lists
    identifier,
  };
  Kind kind = Kind::list;
  std::string text;  ///< of text, field, identifier; a filter's operator
  double number = 0;
  std::array<std::optional<std::int64_t>, 3> slice;  ///< from, to, step
  bool single = false;                               ///< [n]: one element
  std::vector<JsonPathNode> children;
};

/// Text and lists in turn. Errors have client-go's words.
Result<std::vector<JsonPathNode>> parse_json_path(std::string_view text);

}  // namespace rumbo::render::helm
