// YAML text to a tree that knows where every node came from, and Values back to text.
//
// Reading uses libyaml's scanner; what scalars mean follows go-yaml in one of two dialects, because
// the same file means different things to Helm and kubectl (v2) and to Kustomize (v3).
// Threads: every function may be called from any thread; nodes are immutable and share storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "codec/pointer.h"

namespace rumbo::codec {

enum class YamlDialect : std::uint8_t {
  yaml_v2,  ///< sigs.k8s.io/yaml: YAML 1.1 booleans (on, yes, y …); values as JSON would hold them
  yaml_v3,  ///< go-yaml v3: only true and false are booleans; dates become RFC 3339 strings
};

/// Bounds on text from outside. Exceeding one is Code::too_large.
struct YamlLimits {
  std::size_t max_bytes = std::size_t{16} << 20;
  int max_depth = 256;                      ///< nested lists and maps
  std::size_t max_nodes = 2'000'000;        ///< nodes written in the text
  std::size_t max_alias_nodes = 1'000'000;  ///< nodes that aliases stand for, all expanded
  std::size_t max_documents = 20'000;
};

struct YamlOptions {
  YamlDialect dialect = YamlDialect::yaml_v2;
  /// A key that stands twice in one map is an error; else the last one wins.
  bool strict = true;
  /// Takes and refuses what go-yaml does where that is stranger: no `\/` in double quotes, but
  /// `\'`; in strict mode of v2, a key that stands beside a merge which brings it too is an error.
  /// For text that Helm or Kustomize would read. Marks behind a `\'` are one character short.
  bool go_exact = false;
  /// Stop after the first document, even an empty one; what follows it is not even read.
  bool first_only = false;
  YamlLimits limits;
};

/// A position: line and column count from 1 and columns count characters; offset counts bytes from
/// 0.
struct YamlMark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t offset = 0;
};

/// From the first byte of a node to the one behind its last; quotes and brackets are inside.
struct YamlSpan {
  YamlMark start, end;
};

enum class YamlKind : std::uint8_t { scalar, sequence, mapping };
enum class YamlStyle : std::uint8_t {
  plain,
  single_quoted,
  double_quoted,
  literal,
  folded,
  flow,
  block
};

struct YamlEntry;

/// One node. Copies share their children. An alias appears as a copy of what it stands for, with
/// its own span and the anchor's name in alias().
class YamlNode {
 public:
  YamlKind kind = YamlKind::scalar;
  YamlStyle style = YamlStyle::plain;
  YamlSpan span;
  /// The whole subtree as a Value: aliases expanded, merge keys applied, keys as strings.
  Value value;

  Value to_value() const { return value; }
  bool is_scalar() const { return kind == YamlKind::scalar; }
  bool is_sequence() const { return kind == YamlKind::sequence; }
  bool is_mapping() const { return kind == YamlKind::mapping; }

  /// Elements of a sequence, in source order.
  std::span<const YamlNode> items() const;
  /// Entries of a mapping, in source order; merge keys stay entries of their own.
  std::span<const YamlEntry> entries() const;
  /// The entry's value by key: an own entry, else one that a merge key brings; nullptr if none.
  const YamlNode* find(std::string_view key) const;
  /// The own entry by key with the key's node; nullptr if none.
  const YamlEntry* find_entry(std::string_view key) const;
  const YamlNode* at_pointer(const Pointer& pointer) const;
  /// The same from text; nullptr also for a malformed pointer.
  const YamlNode* at_pointer(std::string_view pointer) const;

  /// The tag as written or expanded ("tag:yaml.org,2002:str"); empty without one.
  const std::string& tag() const;
  const std::string& anchor() const;
  /// The anchor's name if this node was written as an alias; else empty.
  const std::string& alias() const;
  /// Where the node starts, for messages.
  Location location(std::string_view file) const;

  struct Children;
  struct Extras;
  std::shared_ptr<const Children> children;  ///< null for scalars and empty collections
  std::shared_ptr<const Extras> extras;      ///< tag, anchor, alias; null for nearly every node
};

struct YamlEntry {
  YamlNode key;  ///< its value is the key's text as a string, also where 1 or true was written
  YamlNode value;
  bool is_merge = false;  ///< a `<<` that brings the entries of other maps
};

/// Reads every document. Documents with nothing in them (only comments, or a bare `---`) are left
/// out; an explicit `null`, `~` or `{}` is kept.
///
/// Errors: Code::invalid with file:line:column and, for frequent mistakes, a hint.
Result<std::vector<YamlNode>> parse_yaml(std::string_view text, std::string_view file = {},
                                         const YamlOptions& options = {});

/// The first document as a Value, null if there is none: what sigs.k8s.io/yaml's Unmarshal sees.
Result<Value> parse_yaml_value(std::string_view text, std::string_view file = {},
                               const YamlOptions& options = {});

/// What sigs.k8s.io/yaml's Marshal prints: natural key order, lists not indented below their key,
/// long plain and quoted values folded near column 80. Ends with a newline.
///
/// Text that Go's own detour through JSON refuses is escaped, NaN and infinities become null.
std::string emit_yaml(const Value& value);

/// The same, but fails where Marshal does: NaN, infinities, C1 controls, keys over 1024 characters.
Result<std::string> marshal_yaml(const Value& value);

/// What go-yaml v3's encoder prints with an indent of 2: lists are indented, nothing is folded.
std::string emit_yaml_pretty(const Value& value);

}  // namespace rumbo::codec
