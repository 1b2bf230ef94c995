// Names, tags and digests of images.
#include <algorithm>
#include <optional>

#include "base/regex.h"
#include "base/strings.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {
namespace {

struct ImageName {
  std::string name, tag, digest;
};

ImageName split_image(std::string_view image) {
  // A colon before the first slash belongs to the registry's port.
  std::size_t slash = image.find('/');
  if (slash == image.npos || slash == 0) slash = 0;
  const std::size_t at = image.find('@', slash), colon = image.find(':', slash);
  if (at == image.npos && colon == image.npos) return {std::string(image), "", ""};
  if (at != image.npos && (colon == image.npos || at < colon)) {
    return {std::string(image.substr(0, at)), "", std::string(image.substr(at + 1))};
  }
  if (at != image.npos) {
    return {std::string(image.substr(0, colon)),
            std::string(image.substr(colon + 1, at - colon - 1)),
            std::string(image.substr(at + 1))};
  }
  return {std::string(image.substr(0, colon)), std::string(image.substr(colon + 1)), ""};
}

bool is_tag_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '{' || c == '}' || c == '-';
}

/// What may follow the name: `(:tag)?(@sha256:digest)?`.
bool is_image_end(std::string_view rest) {
  constexpr std::string_view kDigest = "@sha256:";
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    while (!rest.empty() && is_tag_char(rest.front())) rest.remove_prefix(1);
  }
  if (rest.empty()) return true;
  if (!rest.starts_with(kDigest)) return false;
  rest.remove_prefix(kDigest.size());
  return std::all_of(rest.begin(), rest.end(), is_tag_char);
}

/// The name of an `images` entry is the beginning of a regular expression; nearly all have no
/// other special character than the dot.
class ImagePattern {
 public:
  static Result<ImagePattern> make(const std::string& name) {
    ImagePattern pattern;
    pattern.name_ = name;
    const bool simple = std::all_of(name.begin(), name.end(), [](char c) {
      return (is_tag_char(c) && c != '{' && c != '}') || c == '/' || c == ':' || c == '@';
    });
    if (!simple) {
      pattern.regex_ =
          TRY(Regex::compile("^" + name + "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$"));
    }
    return pattern;
  }

  bool matches(std::string_view image) const {
    if (regex_) return regex_->found_in(image);
    if (image.size() < name_.size()) return false;
    for (std::size_t at = 0; at < name_.size(); ++at) {
      if (name_[at] == '.' ? image[at] == '\n' : image[at] != name_[at]) return false;
    }
    return is_image_end(image.substr(name_.size()));
  }

 private:
  std::string name_;
  std::optional<Regex> regex_;  ///< if the name has other special characters
};

class ImageSetter {
 public:
  ImageSetter(Build& build, const Image& image, const ImagePattern& pattern)
      : build_(build), image_(image), pattern_(pattern) {}

  Result<> set(Node& node) const {
    TRY(expect(&node, Kind::scalar));
    if (!pattern_.matches(node.value)) return {};
    auto [name, tag, digest] = split_image(node.value);
    if (!image_.new_name.empty()) name = image_.new_name;
    if (!image_.new_tag.empty() && !image_.digest.empty()) {
      tag = image_.new_tag;
      digest = image_.digest;
    } else if (!image_.new_tag.empty()) {
      tag = image_.new_tag;
      digest.clear();
    } else if (!image_.digest.empty()) {
      tag.clear();
      digest = image_.digest;
    } else if (!image_.tag_suffix.empty()) {
      tag += image_.tag_suffix;
      digest.clear();
    }
    if (!tag.empty()) name += ":" + tag;
    if (!digest.empty()) name += "@" + digest;
    Node made;
    made.kind = Kind::scalar;
    made.value = build_.arena().keep(std::move(name));
    return set_scalar(node, std::move(made));
  }

  /// Every list `containers` or `initContainers`, wherever it is.
  Result<> walk(const Node& node) const {
    if (node.is(Kind::sequence)) {
      for (const Node* element : node.content) TRY(walk(*element));
    } else if (node.is(Kind::mapping)) {
      for (std::size_t at = 0; at < node.fields(); ++at) {
        const Node& value = *node.field_value(at);
        TRY(walk(value));
        const std::string_view key = node.key(at)->value;
        if (key == "containers" || key == "initContainers") TRY(set_containers(value));
      }
    }
    return {};
  }

 private:
  Result<> set_containers(const Node& list) const {
    if (!list.is(Kind::sequence)) return {};
    for (const Node* container : list.content) {
      if (is_missing(container)) continue;
      TRY(expect(container, Kind::mapping));
      if (Node* image = field(container, "image")) TRY(set(*image));
    }
    return {};
  }

  Build& build_;
  const Image& image_;
  const ImagePattern& pattern_;
};

}  // namespace

Result<Transformer> image_transformer(Image image, FieldSpecs specs) {
  ImagePattern pattern = TRY(ImagePattern::make(image.name));
  return Transformer([image = std::move(image), specs = std::move(specs),
                      pattern = std::move(pattern)](Build& build, ResMap& map) -> Result<> {
    const ImageSetter setter(build, image, pattern);
    const FieldAction action{[&](Node& node) { return setter.set(node); }};
    for (Resource* one : map.all()) {
      if (one->deleted() || one->kind() == "CustomResourceDefinition") continue;
      TRY(setter.walk(*one->node));
      TRY(apply_specs(build.arena(), *one->node, specs, action));
    }
    return {};
  });
}

}  // namespace rumbo::render::kustomize
