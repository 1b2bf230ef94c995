// SchemaIndex: a schema document with everything that references can name, and its patterns.
//
// Threads: immutable after construction.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/regex.h"
#include "base/result.h"
#include "base/value.h"
#include "codec/json_schema.h"

namespace rumbo::codec {

/// A schema and the address that its references count from.
struct SchemaPlace {
  const Value* schema = nullptr;
  std::string_view base;  ///< without fragment
  Draft draft = Draft::v2020;
  bool asserts = true;  ///< false if its metaschema leaves out the vocabulary of validation
};

class SchemaIndex {
 public:
  /// Indexes the document and all that its references reach. Fails for a reference that leads
  /// nowhere and for patterns that cannot be compiled.
  static Result<std::shared_ptr<const SchemaIndex>> build(Value schema, std::string_view uri,
                                                          const SchemaContext& context);

  SchemaPlace root() const { return root_; }
  const std::string& uri() const { return uri_; }
  /// A schema below `parent`, with its own address if it has one.
  SchemaPlace below(const SchemaPlace& parent, const Value& schema) const;
  /// What a reference written in `from` names. All of them were resolved by build().
  SchemaPlace resolve(const SchemaPlace& from, std::string_view reference) const;
  /// The place with that `$dynamicAnchor` in the resource of `base`, or null.
  SchemaPlace dynamic_anchor(std::string_view base, std::string_view name) const;
  /// The resource with that address without fragment, or null.
  SchemaPlace resource(std::string_view base) const;
  const Regex* pattern(std::string_view text) const;
  /// True if any schema looks at what others left unevaluated, so that it must be tracked.
  bool tracks_evaluated() const { return tracks_; }

 private:
  struct Document;
  SchemaIndex() = default;
  Result<SchemaPlace> place_of(const Value& schema, Draft draft) const;
  Result<> add_document(Value schema, const std::string& uri, Draft draft);
  void index(const Value& schema, const SchemaPlace& parent, int depth);
  Result<> visit(const SchemaPlace& place);
  Result<> visit_keyword(const SchemaPlace& place, std::string_view key, const Value& value);
  Result<> visit_patterns(std::string_view key, const Value& value);
  Result<> load(const SchemaPlace& from, const std::string& address);
  Result<SchemaPlace> find(const SchemaPlace& from, std::string_view reference);
  std::string_view keep(std::string text);

  std::string uri_;
  const SchemaContext* context_ = nullptr;  // while building
  SchemaPlace root_;
  bool tracks_ = false;
  std::vector<std::unique_ptr<Value>> documents_;
  std::unordered_set<std::string> texts_;
  std::map<std::string, SchemaPlace, std::less<>> resources_;  // by address without fragment
  std::map<std::string, SchemaPlace, std::less<>> anchors_;    // "address#name"
  std::map<std::string, SchemaPlace, std::less<>> dynamic_;    // "address#name"
  std::unordered_map<const Value*, SchemaPlace> based_;       // schemas with addresses of their own
  std::map<std::string, SchemaPlace, std::less<>> resolved_;  // "base reference"
  std::map<std::string, Regex, std::less<>> patterns_;
  std::unordered_set<const Value*> visited_;
};

/// The draft that `$schema` names; nullopt for an unknown one.
bool draft_of(std::string_view schema_uri, Draft& draft);
/// The text of a draft's own schema, by address; empty if it is none.
std::string_view meta_schema(std::string_view uri);
/// Where a draft's own schema holds one of its vocabularies, which have addresses of their own;
/// empty for other addresses.
std::string vocabulary_reference(std::string_view uri);
/// The address of a draft's own schema.
std::string_view meta_schema_uri(Draft draft);

/// RFC 3986: `reference` seen from `base`.
std::string resolve_uri(std::string_view base, std::string_view reference);

}  // namespace rumbo::codec
