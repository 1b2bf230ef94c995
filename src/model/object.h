// Object: one Kubernetes-style object, and the key that names it.
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/value.h"
#include "model/ids.h"

namespace rumbo {

/// Identity of an object on a target. The version is not part of it: apps/v1 and apps/v1beta1 name
/// the same Deployment.
struct ObjectKey {
  std::string group;  ///< "" for core, "apps", …
  std::string kind;
  std::string ns;  ///< empty for cluster-scoped kinds
  std::string name;
  /// "Deployment.apps shop-dev/web", "Namespace shop-dev".
  std::string to_string() const;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

/// Reads group, kind, namespace and name from an object; missing parts are empty.
ObjectKey key_of(const Value& object);
Value to_value(const ObjectKey& key);
ObjectKey key_from(const Value& value);

/// One of those that made a field what it is.
struct Layer {
  std::string what;  ///< "file", "patch", "NamespaceTransformer", "substitution", …
  Location place;    ///< of the field there, as exactly as it is known
  friend bool operator==(const Layer&, const Layer&) = default;
};

/// Where the fields of one rendered object stand in the files a person wrote. Threads: any.
class Locator {
 public:
  virtual ~Locator() = default;
  /// The place of a field by JSON pointer, or of its nearest parent that stands in a file.
  virtual Location locate(std::string_view pointer) const = 0;
  /// All that set the field, the first one first; the last one made it what it is.
  virtual std::vector<Layer> layers(std::string_view pointer) const {
    return {{"file", locate(pointer)}};
  }
};

/// One rendered object and where it came from.
struct Object {
  ObjectKey key;
  Value value;
  Location origin;  ///< file relative to the snapshot
  std::shared_ptr<const Locator> fields =
      nullptr;  ///< null when only the object's own place is known
  /// The field's place, as exactly as it is known.
  Location locate(std::string_view pointer) const {
    return fields ? fields->locate(pointer) : origin;
  }
  /// What set the field, the first one first.
  std::vector<Layer> layers(std::string_view pointer) const {
    return fields ? fields->layers(pointer) : std::vector<Layer>{{"file", origin}};
  }
};

/// A remote location that a manifest was made with, and the content that it stood for.
struct Pin {
  std::string location;  ///< as the files write it: "https://github.com/org/repo//base?ref=v1"
  std::string id;        ///< a commit, or "sha256:…" of a file
  std::string name;      ///< for people: "v1@1a2b3c4"
  friend bool operator==(const Pin&, const Pin&) = default;
};

/// The rendered objects of one application at one revision, in the order they were rendered.
struct Manifest {
  std::vector<Object> objects;
  std::vector<std::string> files_read;  ///< the cache key: other files cannot change the result
  std::vector<Pin> pins;                ///< the remote locations it was made with, sorted
  Value recorded;                       ///< results of random functions it was made with; secret
  const Object* find(const ObjectKey& key) const;
};

/// metadata.annotations[name], or empty.
std::string_view annotation(const Value& object, std::string_view name);

/// The object without what Rumbo and API servers keep for themselves: status, uid, resourceVersion,
/// generation, creationTimestamp, managedFields, annotations under rumbo.dev/ that are bookkeeping
/// (txn, fence, owner, applied, fields) and the label rumbo.dev/managed. Two objects that mean the
/// same are equal after it.
Value semantic(const Value& object);

}  // namespace rumbo
