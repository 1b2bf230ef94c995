#include "render/helm/template_locator.h"

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "codec/pointer.h"
#include "codec/yaml.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kValues = ".Values.";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The paths of values in a line of a template: "image.tag" of `{{ .Values.image.tag }}`.
std::vector<std::string> values_in(std::string_view line) {
  std::vector<std::string> paths;
  for (std::size_t at = line.find(kValues); at != line.npos; at = line.find(kValues, at)) {
    at += kValues.size();
    std::size_t end = at;
    while (end < line.size() && (is_word(line[end]) || line[end] == '.')) ++end;
    std::string path(line.substr(at, end - at));
    while (path.ends_with('.')) path.pop_back();
    if (!path.empty()) paths.push_back(std::move(path));
    at = end;
  }
  return paths;
}

const codec::YamlEntry* find_value(const codec::YamlNode& root, const std::string& path) {
  const codec::YamlNode* at = &root;
  const codec::YamlEntry* found = nullptr;
  for (const auto part : split(path, '.')) {
    found = at->is_mapping() ? at->find_entry(part) : nullptr;
    if (found == nullptr) return nullptr;
    at = &found->value;
  }
  return found;
}

/// What set the value last.
Layer value_layer(const ValueSources& sources, const std::string& path) {
  const std::string what = "value " + path;
  for (auto it = sources.set.rbegin(); it != sources.set.rend(); ++it) {
    if (it->starts_with(path + "=")) return {what + " (--set)", {}};
  }
  codec::YamlOptions options;
  options.strict = false;
  for (auto it = sources.files.rbegin(); it != sources.files.rend(); ++it) {
    const auto documents = codec::parse_yaml(it->second, it->first, options);
    if (!documents || documents->empty()) continue;
    if (const auto* entry = find_value(documents->front(), path)) {
      return {what, entry->key.location(it->first)};
    }
  }
  return {what + " (not set)", {}};
}

/// The last name of a pointer; empty for elements of lists.
std::string name_of(std::string_view pointer) {
  const auto parsed = codec::Pointer::parse(pointer);
  if (!parsed || parsed->parts().empty()) return {};
  const std::string& last = parsed->parts().back();
  return codec::pointer_index(last) ? std::string() : last;
}

}  // namespace

TemplateLocator::TemplateLocator(std::shared_ptr<const Locator> rendered, std::string printed,
                                 std::string file, std::string source,
                                 std::shared_ptr<const ValueSources> values)
    : rendered_(std::move(rendered)),
      printed_(std::move(printed)),
      file_(std::move(file)),
      source_(std::move(source)),
      printed_lines_(split(printed_, '\n')),
      source_lines_(split(source_, '\n')),
      values_(std::move(values)) {}

TemplateLocator::~TemplateLocator() = default;

int TemplateLocator::template_line(std::string_view pointer) const {
  if (source_.empty() || rendered_ == nullptr) return 0;
  const int line = rendered_->locate(pointer).line;
  if (line <= 0 || static_cast<std::size_t>(line) > printed_lines_.size()) return 0;
  const std::string_view text = trim(printed_lines_[static_cast<std::size_t>(line) - 1]);
  const std::string name = name_of(pointer);
  // Templates and what they print go from top to bottom alike.
  const double expected = static_cast<double>(line) / static_cast<double>(printed_lines_.size());
  int best = 0;
  double best_score = 0;
  for (std::size_t at = 0; at < source_lines_.size(); ++at) {
    const std::string_view candidate = trim(source_lines_[at]);
    const bool same = !text.empty() && candidate == text;
    const bool named = !name.empty() && (candidate.starts_with(name + ":") ||
                                         candidate.starts_with("- " + name + ":"));
    if (!same && !named) continue;
    const double where = static_cast<double>(at + 1) / static_cast<double>(source_lines_.size());
    const double score = (same ? 2.0 : 1.0) + 1.0 - std::abs(where - expected);
    if (score <= best_score) continue;
    best_score = score;
    best = static_cast<int>(at) + 1;
  }
  return best;
}

Location TemplateLocator::locate(std::string_view pointer) const {
  return {file_, template_line(pointer)};
}

std::vector<Layer> TemplateLocator::layers(std::string_view pointer) const {
  std::vector<Layer> layers;
  const int line = template_line(pointer);
  if (line > 0 && values_ != nullptr) {
    for (const std::string& path : values_in(source_lines_[static_cast<std::size_t>(line) - 1])) {
      layers.push_back(value_layer(*values_, path));
    }
  }
  layers.push_back({"template", {file_, line}});
  return layers;
}

}  // namespace rumbo::render::helm
