#include "render/substitute_manifest.h"

#include "base/strings.h"
#include "render/object_checks.h"
#include "render/substitute.h"

namespace rumbo::render {

Result<> substitute_manifest(Manifest& manifest, const Snapshot& snapshot, const Value& section) {
  if (!section.is_object()) return {};
  Substitution substitution;
  substitution.strict = section["strict"].as_bool();
  for (const Value& path : section["from"].items()) {
    const std::string file = path.str();
    auto text = snapshot.read(file);
    if (!text) {
      return fail(std::move(text).error().with_context("while reading variables from `" +
                                                       printable(file, 256) + "`"));
    }
    TRY(add_variables_file(substitution.variables, *text, file));
    manifest.files_read.push_back(file);
  }
  TRY(add_variables(substitution.variables, section["values"]));
  for (Object& object : manifest.objects) {
    auto changed = substitute_object(object.value, substitution);
    if (!changed) {
      return fail(std::move(changed)
                      .error()
                      .at(object.origin)
                      .with_context("while substituting variables in " + object.key.to_string()));
    }
    object.value = std::move(*changed);
    object.key = key_of(object.value);
    TRY(check_object(object));
  }
  return {};
}

}  // namespace rumbo::render
