#include "render/substitute_manifest.h"

#include "base/strings.h"
#include "render/object_checks.h"
#include "render/substitute.h"
#include "render/substitute_trace.h"

namespace rumbo::render {
namespace {

/// An entry `{kind, name, optional}` of `from`, as Flux's substituteFrom has them.
Result<ObjectKey> key_of_entry(const Value& entry, const std::string& ns) {
  for (const Member& member : entry.members()) {
    if (member.key() == "kind" || member.key() == "name" || member.key() == "optional") continue;
    return fail(Error(Code::invalid, "unknown field `" + printable(member.key(), 64) +
                                         "` in an entry of `substitute.from`")
                    .with_hint("a path, or {kind: ConfigMap|Secret, name: …, optional: true}"));
  }
  const std::string kind = entry["kind"].str(), name = entry["name"].str();
  if ((kind == "ConfigMap" || kind == "Secret") && !name.empty()) {
    return ObjectKey{"", kind, ns, name};
  }
  return fail(Error(Code::invalid, "an entry of `substitute.from` names no ConfigMap or Secret")
                  .with_hint("a path, or {kind: ConfigMap|Secret, name: …, optional: true}"));
}

Result<> add_live(Variables& variables, const Value& entry, const std::string& ns,
                  const std::map<ObjectKey, Value>& live) {
  const ObjectKey key = TRY(key_of_entry(entry, ns));
  const auto found = live.find(key);
  if (found == live.end()) {
    if (entry["optional"].as_bool()) return {};
    return fail(Error(Code::not_found, key.to_string() +
                                           ", which holds variables for the manifests, is not on "
                                           "the target")
                    .with_retry(Retry::later)
                    .with_hint("make it first, or write `optional: true`"));
  }
  auto added = add_object_variables(variables, found->second);
  if (added) return {};
  return fail(std::move(added).error().with_context("in " + key.to_string()));
}

}  // namespace

Result<std::vector<ObjectKey>> live_variables(const Value& section, const std::string& ns) {
  std::vector<ObjectKey> keys;
  for (const Value& entry : section["from"].items()) {
    if (entry.is_object()) keys.push_back(TRY(key_of_entry(entry, ns)));
  }
  return keys;
}

Result<> substitute_manifest(Manifest& manifest, const Snapshot& snapshot, const Value& section,
                             const std::string& ns, const std::map<ObjectKey, Value>& live,
                             bool trace) {
  if (!section.is_object()) return {};
  Substitution substitution;
  substitution.strict = section["strict"].as_bool();
  const auto origins = std::make_shared<VariableOrigins>();
  const auto note = [&](const Variables& before, std::string place) {
    if (trace) note_origins(*origins, before, substitution.variables, {std::move(place)});
  };
  for (const Value& entry : section["from"].items()) {
    const Variables before = trace ? substitution.variables : Variables{};
    if (entry.is_object()) {
      TRY(add_live(substitution.variables, entry, ns, live));
      note(before, TRY(key_of_entry(entry, ns)).to_string());
      continue;
    }
    const std::string file = entry.str();
    auto text = snapshot.read(file);
    if (!text) {
      return fail(std::move(text).error().with_context("while reading variables from `" +
                                                       printable(file, 256) + "`"));
    }
    TRY(add_variables_file(substitution.variables, *text, file));
    manifest.files_read.push_back(file);
    note(before, file);
  }
  const Variables before = trace ? substitution.variables : Variables{};
  TRY(add_variables(substitution.variables, section["values"]));
  note(before, "substitute.values");
  for (Object& object : manifest.objects) {
    auto changed = substitute_object(object.value, substitution);
    if (!changed) {
      return fail(std::move(changed)
                      .error()
                      .at(object.origin)
                      .with_context("while substituting variables in " + object.key.to_string()));
    }
    if (trace) {
      object.fields = std::make_shared<SubstitutionLocator>(object.fields, object.origin,
                                                            object.value, origins);
    }
    object.value = std::move(*changed);
    object.key = key_of(object.value);
    TRY(check_object(object));
  }
  return {};
}

}  // namespace rumbo::render
