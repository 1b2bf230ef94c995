// Resource: one object while it is built, with what it was called before, and ResMap: the ordered
// set of them.
//
// Threads: belongs to one render at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/kustomize/build.h"
#include "render/kustomize/node.h"
#include "render/kustomize/res_id.h"
#include "render/kustomize/selector.h"

namespace rumbo::render::kustomize {

/// What a generated object does to one of the same name.
enum class Behavior { unspecified, create, replace, merge };

/// What a resource was called at some time; its group and version are always the present ones.
struct PreviousName {
  std::string_view kind, name, ns;
};

struct Resource {
  Node* node = nullptr;   ///< nullptr or empty: it was deleted
  std::string_view file;  ///< where it came from, relative to the tree
  int line = 0;

  // Kustomize keeps these in annotations that it removes at the end.
  std::vector<PreviousName> previous;  ///< the first one is the original
  std::vector<std::string_view> prefixes, suffixes;
  Behavior behavior = Behavior::unspecified;
  bool needs_hash = false;
  bool generated = false;
  bool helm_generated = false;  ///< Helm set its namespace: nobody else does
  bool allow_name_change = false, allow_kind_change = false;

  std::vector<std::string_view> variables;  ///< names of vars that read a field here

  std::string_view api_version() const { return text_of(node, "apiVersion"); }
  std::string_view kind() const { return text_of(node, "kind"); }
  std::string_view name() const;
  std::string_view ns() const;
  Gvk gvk() const;
  bool deleted() const { return is_empty(node); }

  ResId current_id(const Build& build) const;
  ResId original_id(const Build& build) const;
  std::vector<ResId> previous_ids() const;
  /// True if Kustomize would keep anything of this in annotations now.
  bool is_marked() const;
  /// Remembers what it is called now.
  void store_previous(const Build& build);

  Result<> set_name(Build& build, std::string_view name);
  Result<> set_namespace(Build& build, std::string_view ns);
  Result<> set_kind(Build& build, std::string_view kind);

  using Texts = std::map<std::string_view, std::string_view>;
  /// `labels` or `annotations`.
  Texts metadata_map(std::string_view field) const;
  /// Replaces them; every value becomes a string, an empty map removes the field.
  Result<> set_metadata_map(Build& build, std::string_view field, const Texts& map);

  Resource* copy(Build& build) const;
};

/// The name's end of both lists agrees, as far as both reach; `lenient`: an empty list fits all.
bool same_ends(const Resource& a, const Resource& b, bool lenient);

/// An ordered set: no two have the same current id when they are added.
class ResMap {
 public:
  std::vector<Resource*>& all() { return all_; }
  const std::vector<Resource*>& all() const { return all_; }

  /// Code::conflict if one of this id is there.
  Result<> append(const Build& build, Resource* resource);
  Result<> append_all(const Build& build, const ResMap& more);
  /// Adds generated objects, or merges them into those they name, as their behavior says.
  Result<> absorb_all(Build& build, const ResMap& generated);

  /// Those of which any id, past or present, is this one.
  std::vector<Resource*> by_any_id(const Build& build,
                                   const std::function<bool(const ResId&)>& matches) const;
  /// The one; Code::not_found if it is none or several.
  Result<Resource*> by_id(const Build& build, const ResId& id) const;
  Result<std::vector<Resource*>> select(const Build& build, const Selector& selector) const;

  void drop_deleted();

 private:
  Result<> absorb(Build& build, Resource* resource);
  std::vector<Resource*> all_;
};

}  // namespace rumbo::render::kustomize
