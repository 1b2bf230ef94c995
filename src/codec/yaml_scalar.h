// What a YAML scalar means: the rules of go-yaml v2 and v3, shared by reader and emitter.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "codec/yaml.h"

namespace rumbo::codec {

inline constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

/// go-yaml's classes of scalars. `merge` and unknown tags are strings.
enum class ScalarType : std::uint8_t { null, boolean, integer, real, timestamp, binary, string };

struct ResolvedScalar {
  ScalarType type = ScalarType::string;
  /// As go-yaml decodes it: reals stay reals, also whole ones and infinities.
  Value value;
};

/// What an untagged plain scalar means.
ResolvedScalar resolve_plain(std::string_view text, YamlDialect dialect);

/// A scalar as libyaml reports it.
struct ScalarEvent {
  std::string_view text;
  std::string_view tag;         ///< expanded, empty without one, "!" for the bare one
  bool plain_implicit = false;  ///< libyaml's flag: resolve it although it may be quoted
  bool quoted = false;          ///< quoted or a block scalar
};

/// The same for any scalar. Errors (without a place): the tag contradicts the text.
Result<ResolvedScalar> resolve_scalar(const ScalarEvent& event, YamlDialect dialect);

/// True for a `<<` that merges instead of being a key.
bool is_merge_key(const ScalarEvent& event, YamlDialect dialect);

/// A whole double as the integer that JSON text would make of it, if 64 bits can hold it.
Value as_json_number(double number);

/// Texts that YAML 1.1 readers take for base-60 numbers: go-yaml quotes them though it reads
/// strings.
bool looks_base60(std::string_view text);
/// y, yes, on, n, no, off in their usual spellings: booleans of YAML 1.1.
bool looks_like_old_bool(std::string_view text);

}  // namespace rumbo::codec
