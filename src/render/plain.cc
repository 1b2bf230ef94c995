#include "render/plain.h"

#include "base/strings.h"
#include "render/ignore.h"
#include "render/object_reader.h"

namespace rumbo::render {
namespace {

constexpr std::string_view kIgnoreFile = ".rumboignore";

/// "./deploy/" and "deploy" name the same folder; "" is the root.
Result<std::string> folder_of(std::string_view path) {
  std::string folder;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      return fail(Code::invalid, "path `" + printable(path, 256) + "` must not contain `..`");
    }
    if (!folder.empty()) folder += '/';
    folder += part;
  }
  return folder;
}

bool is_manifest(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json");
}

}  // namespace

Result<InputsNeeded> PlainRenderer::inputs_needed(const Snapshot&, const RenderSpec&,
                                                  const RenderInputs&) const {
  return InputsNeeded{};
}

Result<Rendered> PlainRenderer::render(const Snapshot& snapshot, const RenderSpec& spec,
                                       const RenderInputs&) const {
  const std::string folder = TRY(folder_of(spec.path));
  const std::string prefix = folder.empty() ? "" : folder + "/";
  const auto files = TRY(snapshot.list(folder));

  Rendered rendered;
  IgnoreRules ignored;
  const std::string ignore_file = prefix + std::string(kIgnoreFile);
  for (const auto& file : files) {
    if (file.path != ignore_file) continue;
    const std::string text = TRY(snapshot.read(file.path));
    ignored = TRY(IgnoreRules::parse(text, file.path));
    rendered.manifest.files_read.push_back(file.path);
  }

  ObjectReader reader;
  for (const auto& file : files) {
    const auto inside = std::string_view(file.path).substr(prefix.size());
    if (!is_manifest(inside) || ignored.leaves_out(inside)) continue;
    const std::string text = TRY(snapshot.read(file.path));
    TRY(reader.read(file.path, text));
    rendered.manifest.files_read.push_back(file.path);
  }
  rendered.manifest.objects = TRY(reader.finish(spec.ns));
  rendered.warnings = snapshot.warnings();
  for (auto& warning : reader.take_warnings()) rendered.warnings.push_back(std::move(warning));
  return rendered;
}

}  // namespace rumbo::render
