// Types: how the fields of a kind merge when objects are applied. Built-in kinds come from
// testdata/kubernetes/types.json (scripts/kube_types.py), custom ones from their CRD's schema.
// Rules: sigs.k8s.io/structured-merge-diff schema (elements.go), k8s.io/kube-openapi
// pkg/schemaconv.
//
// Threads: read from any thread once loaded; added to under the server's lock.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::fake_api {

struct Type {
  enum class Kind {
    text,
    number,
    boolean,
    scalar,   ///< any of them: quantities, times, ports
    map,      ///< an object with fields, or a map
    list,     ///< see `keys`
    untyped,  ///< anything, never merged
    deduced,  ///< anything; maps merge by field
  };
  Kind kind = Kind::scalar;
  bool atomic = false;  ///< replaced as a whole
  std::map<std::string, const Type*, std::less<>> fields = {};
  std::map<std::string, Value, std::less<>> defaults = {};  ///< of fields; keys of lists need them
  const Type* element = nullptr;       ///< of a map without fields, or of a list
  std::vector<std::string> keys = {};  ///< of a list's elements; none: a set
  bool open = false;                   ///< fields that are not declared may stay

  const Type* field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? element : found->second;
  }
  bool declares(std::string_view name) const { return fields.contains(name); }
};

class TypeTable {
 public:
  /// Reads types.json.
  static Result<TypeTable> load(const std::string& path);

  /// "io.k8s.api.apps.v1.Deployment"; nullptr if it is not there.
  const Type* find(const std::string& name) const;
  /// A custom kind's type, from `spec.versions[].schema.openAPIV3Schema`.
  const Type* add_custom(const Value& schema);
  const Type* deduced() const { return deduced_; }

  TypeTable(TypeTable&&) = default;

 private:
  TypeTable();
  Type* make(Type::Kind kind);
  const Type* build(const Value& node);
  const Type* custom(const Value& schema);

  std::deque<Type> all_;
  std::map<std::string, Type*> named_;
  Type* deduced_ = nullptr;
  Type* untyped_ = nullptr;
};

}  // namespace rumbo::fake_api
