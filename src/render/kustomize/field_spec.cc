// Walking to the fields that specs name.
#include "render/kustomize/field_spec.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "render/kustomize/node_path.h"

namespace rumbo::render::kustomize {
namespace {

class Walk {
 public:
  Walk(Arena& arena, const FieldSpec& spec, const FieldAction& action)
      : arena_(arena), spec_(spec), action_(action), path_(split_path(spec.path, '/')) {}

  Result<> go(Node& node, std::size_t at) const {
    if (at == path_.size()) return action_.set(node);
    if (node.is_null()) return {};
    switch (node.kind) {
      case Kind::sequence:
        for (Node* element : node.content) TRY(go(*element, at));
        return {};
      case Kind::mapping:
        return into_map(node, at);
      default:
        return fail(Code::invalid, "expected sequence or mapping node");
    }
  }

 private:
  Result<> into_map(Node& node, std::size_t at) const {
    std::string_view name = path_[at];
    const bool list = name.ends_with("[]");
    if (list) name.remove_suffix(2);
    if (name.empty()) return fail(Code::invalid, "cannot set or create an empty field name");
    const bool creates = spec_.create && action_.create != Kind::none && !list;
    const bool last = at + 1 == path_.size();
    const Kind kind = !creates ? (list ? Kind::sequence : Kind::none)
                      : last   ? action_.create
                               : Kind::mapping;
    const std::vector<std::string> step{std::string(name)};
    Node* found = TRY(creates ? lookup_create(arena_, &node, step, kind) : lookup(&node, step));
    if (found == nullptr) return {};
    if (found->is_null() && kind != Kind::none) {
      found->kind = kind;
      found->tag = !creates ? Tag::none : last ? action_.create_tag : Tag::map;
    }
    return go(*found, at + 1);
  }

  Arena& arena_;
  const FieldSpec& spec_;
  const FieldAction& action_;
  std::vector<std::string> path_;
};

}  // namespace

Result<> apply_spec(Arena& arena, Node& object, const FieldSpec& spec, const FieldAction& action) {
  Gvk gvk = parse_api_version(text_of(&object, "apiVersion"));
  gvk.kind = text_of(&object, "kind");
  if (!gvk.is_selected(spec.gvk)) return {};
  auto done = Walk(arena, spec, action).go(object, 0);
  if (done) return {};
  const ResId id{gvk, text_of(field(&object, "metadata"), "name"),
                 text_of(field(&object, "metadata"), "namespace"), false};
  return fail(std::move(done).error().with_context(
      fmt::format("considering field '{}' of object {}", spec.path, id.to_string())));
}

Result<> apply_specs(Arena& arena, Node& object, std::span<const FieldSpec> specs,
                     const FieldAction& action) {
  for (const FieldSpec& spec : specs) TRY(apply_spec(arena, object, spec, action));
  return {};
}

}  // namespace rumbo::render::kustomize
