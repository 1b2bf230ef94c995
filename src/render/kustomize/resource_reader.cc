#include "render/kustomize/resource_reader.h"

#include <algorithm>
#include <deque>

#include "base/strings.h"
#include "render/kustomize/node_reader.h"
#include "render/kustomize/node_value.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kMalformed = "MalformedYAMLError";

Behavior behavior_of(std::string_view word) {
  if (word == "merge") return Behavior::merge;
  if (word == "replace") return Behavior::replace;
  return word == "create" ? Behavior::create : Behavior::unspecified;
}

class Reader {
 public:
  Reader(Build& build, std::string_view file) : build_(build), file_(build.arena().keep(file)) {}

  Result<std::vector<Resource*>> read(std::string_view text) {
    auto documents = read_documents(build_.arena(), text, file_);
    if (!documents) {
      return fail(std::move(documents).error().with_context(std::string(kMalformed)));
    }
    const bool alone = documents->size() == 1;
    for (const Document& document : *documents) {
      if (alone && is_plain_list(document.node)) {
        const Node* items = field(document.node, "items");
        if (items == nullptr) continue;
        for (Node* item : items->content) TRY(add({item, document.line}));
        continue;
      }
      TRY(add(document));
    }
    return expand();
  }

 private:
  static bool is_plain_list(const Node* node) {
    const std::string_view kind = text_of(node, "kind");
    if (kind != "List" && kind != "ResourceList") return false;
    return field(node, "items") != nullptr || field(node, "functionConfig") != nullptr;
  }

  tl::unexpected<Error> wrong(int line, std::string message) const {
    Error error(Code::invalid, std::move(message));
    if (file_.empty()) return fail(std::move(error));
    return fail(std::move(error).at({std::string(file_), line}));
  }

  /// Queues the object if there is something in it.
  Result<> add(const Document& document) {
    const Node* node = document.node;
    if (is_empty(node)) return {};
    const Node* metadata = field(node, "metadata");
    const std::string_view kind = text_of(node, "kind");
    const std::string_view name = text_of(metadata, "name");
    if (kind.empty() || is_missing(field(node, "kind"))) {
      const bool nothing = is_missing(field(node, "apiVersion")) && is_empty(metadata);
      return wrong(document.line, nothing ? "missing Resource metadata"
                                          : "missing kind in object " + printable(name, 128));
    }
    if (!kind.ends_with("List") && (name.empty() || is_missing(field(metadata, "name")))) {
      return wrong(document.line,
                   "missing metadata.name in object of kind " + printable(kind, 128));
    }
    queue_.push_back(document);
    return {};
  }

  Result<std::vector<Resource*>> expand() {
    std::vector<Resource*> resources;
    for (int depth = 0; !queue_.empty(); ++depth) {
      const Document document = queue_.front();
      queue_.pop_front();
      if (!text_of(document.node, "kind").ends_with("List") || !TRY(expand_list(document))) {
        resources.push_back(make(document));
      }
      if (resources.size() > Build::kMostResources) {
        return fail(Code::too_large, "more than 20000 objects in one file");
      }
    }
    return resources;
  }

  /// False if the object only looks like a list.
  Result<bool> expand_list(const Document& list) {
    const Value value = TRY(to_value(list.node));
    const Value* items = value.find("items");
    if (items == nullptr) return false;
    if (items->is_null()) return true;
    if (!items->is_array()) {
      return wrong(list.line,
                   "expected array in " + printable(text_of(list.node, "kind"), 128) + "/items");
    }
    for (const Value& item : items->items()) {
      if (!item.is_null()) TRY(add({from_json(build_.arena(), item), list.line}));
    }
    return true;
  }

  Resource* make(const Document& document) {
    Resource* resource = build_.make_resource(document.node);
    resource->file = file_;
    resource->line = document.line;
    take_marks(*resource);
    return resource;
  }

  /// Annotations by which an object can ask for what generators do.
  static void take_marks(Resource& resource) {
    Node* annotations = field(field(resource.node, "metadata"), "annotations");
    if (annotations == nullptr || !annotations->is(Kind::mapping)) return;
    constexpr std::string_view kHash = "internal.config.kubernetes.io/needsHashSuffix";
    constexpr std::string_view kBehavior = "internal.config.kubernetes.io/generatorBehavior";
    if (const Node* hash = field(annotations, kHash)) {
      resource.needs_hash = hash->value == "enabled";
      remove_field(*annotations, kHash);
    }
    if (const Node* behavior = field(annotations, kBehavior)) {
      resource.behavior = behavior_of(behavior->value);
      remove_field(*annotations, kBehavior);
    }
  }

  Build& build_;
  std::string_view file_;
  std::deque<Document> queue_;
};

}  // namespace

Result<std::vector<Resource*>> read_resources(Build& build, std::string_view text,
                                              std::string_view file) {
  return Reader(build, file).read(text);
}

bool is_malformed(const Error& error) {
  const auto& context = error.context();
  return std::find(context.begin(), context.end(), kMalformed) != context.end();
}

}  // namespace rumbo::render::kustomize
