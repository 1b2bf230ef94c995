#include "render/helm/metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/semver.h"
#include "base/strings.h"
#include "codec/go_json.h"
#include "codec/utf8.h"
#include "render/helm/go_json.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

Result<std::vector<Dependency>> read_dependencies(const Value& list, bool& null_entry) {
  std::vector<Dependency> out;
  for (const Value& item : list.items()) {
    if (item.is_null()) {
      null_entry = true;
      continue;
    }
    if (!item.is_object()) {
      return cannot_unmarshal(codec::go_json_type(item),
                              "struct field Metadata.dependencies of type v2.Dependency");
    }
    Fields fields(item, "Dependency.dependencies");
    Dependency one;
    one.name = fields.text("name");
    one.version = fields.text("version");
    one.repository = fields.text("repository");
    one.condition = fields.text("condition");
    one.tags = fields.texts("tags");
    one.enabled = fields.boolean("enabled");
    one.import_values = as_float64(fields.list("import-values", "[]interface {}"));
    one.alias = fields.text("alias");
    TRY(std::move(fields).finish());
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::vector<Maintainer>> read_maintainers(const Value& list, bool& null_entry) {
  std::vector<Maintainer> out;
  for (const Value& item : list.items()) {
    if (item.is_null()) {
      null_entry = true;
      continue;
    }
    if (!item.is_object()) {
      return cannot_unmarshal(codec::go_json_type(item),
                              "struct field Metadata.maintainers of type v2.Maintainer");
    }
    Fields fields(item, "Maintainer.maintainers");
    Maintainer one;
    one.name = fields.text("name");
    one.email = fields.text("email");
    one.url = fields.text("url");
    TRY(std::move(fields).finish());
    out.push_back(std::move(one));
  }
  return out;
}

std::string_view dependencies_type(Profile profile) {
  return profile == Profile::helm3 ? "[]*chart.Dependency" : "[]*v2.Dependency";
}

Result<> read_into(const Value& object, Metadata& into, Profile profile) {
  Fields fields(object, "Metadata");
  const auto text = [&](std::string_view field, std::string& member) {
    if (fields.find(field) != nullptr) member = fields.text(field);
  };
  text("name", into.name);
  text("home", into.home);
  text("version", into.version);
  text("description", into.description);
  text("icon", into.icon);
  text("apiVersion", into.api_version);
  text("condition", into.condition);
  text("tags", into.tags);
  text("appVersion", into.app_version);
  text("kubeVersion", into.kube_version);
  text("type", into.type);
  if (fields.find("sources")) into.sources = fields.texts("sources");
  if (fields.find("keywords")) into.keywords = fields.texts("keywords");
  if (fields.find("annotations")) into.annotations = fields.text_map("annotations");
  if (fields.find("deprecated")) into.deprecated = fields.boolean("deprecated");
  const Value& maintainers = fields.list("maintainers", "[]*chart.Maintainer");
  if (maintainers.is_array()) {
    into.maintainers = TRY(read_maintainers(maintainers, into.null_entries));
  }
  const Value& dependencies = fields.list("dependencies", dependencies_type(profile));
  if (dependencies.is_array()) {
    into.dependencies = TRY(read_dependencies(dependencies, into.null_dependency));
  }
  return std::move(fields).finish();
}

bool is_space(char32_t rune) {
  return (rune >= 9 && rune <= 13) || rune == ' ' || rune == 0x85 || rune == 0xa0;
}

/// White space becomes a blank, and what cannot be printed goes.
void sanitize(std::string& text) {
  const auto plain = [](char c) { return c >= ' ' && c < 0x7f; };
  if (std::all_of(text.begin(), text.end(), plain)) return;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const codec::Rune rune = codec::decode_utf8(text, at);
    if (is_space(rune.value)) {
      out += ' ';
    } else if (rune.value >= ' ' && rune.value != 0x7f &&
               !(rune.value > 0x7f && rune.value < 0xa0)) {
      codec::append_utf8(out, rune.value);
    }
    at += rune.size;
  }
  text = std::move(out);
}

tl::unexpected<Error> refuse(std::string message) {
  return fail(Code::invalid, "validation: " + std::move(message));
}

bool alias_is_fine(std::string_view alias) {
  return std::all_of(alias.begin(), alias.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

Result<> validate_dependencies(Metadata& metadata) {
  if (metadata.null_dependency) {
    return refuse("dependencies must not contain empty or null nodes");
  }
  if (!metadata.dependencies) return {};
  std::set<std::string, std::less<>> names;
  for (Dependency& one : *metadata.dependencies) {
    for (std::string* text : {&one.name, &one.version, &one.repository, &one.condition}) {
      sanitize(*text);
    }
    for (std::string& tag : one.tags) sanitize(tag);
    if (!alias_is_fine(one.alias)) {
      return refuse(
          fmt::format("dependency {} has disallowed characters in the alias", go_quote(one.name)));
    }
    const std::string& key = one.alias.empty() ? one.name : one.alias;
    if (!names.insert(key).second) {
      return refuse(fmt::format("more than one dependency with name or alias {}", go_quote(key)));
    }
  }
  return {};
}

}  // namespace

Result<Metadata> read_metadata(std::string_view text, Profile profile) {
  const Value object = TRY(yaml_to_texts(text));
  if (!object.is_object() && !object.is_null()) {
    return cannot_unmarshal(codec::go_json_type(object), profile == Profile::helm3
                                                             ? "value of type chart.Metadata"
                                                             : "value of type loader.chartBase");
  }
  Metadata metadata;
  TRY(read_into(object, metadata, profile));
  if (metadata.api_version.empty()) metadata.api_version = "v1";
  return metadata;
}

Result<> read_requirements(std::string_view text, Metadata& into, Profile profile) {
  const Value object = TRY(yaml_to_texts(text));
  if (!object.is_object() && !object.is_null()) {
    return cannot_unmarshal(codec::go_json_type(object), "value of type chart.Metadata");
  }
  return read_into(object, into, profile);
}

Result<> validate(Metadata& metadata) {
  for (std::string* text :
       {&metadata.name, &metadata.description, &metadata.home, &metadata.icon, &metadata.condition,
        &metadata.tags, &metadata.app_version, &metadata.kube_version}) {
    sanitize(*text);
  }
  for (std::string& source : metadata.sources) sanitize(source);
  for (std::string& keyword : metadata.keywords) sanitize(keyword);
  if (metadata.name.empty()) return refuse("chart.metadata.name is required");
  if (metadata.name == "." || metadata.name == "..") {
    return refuse(fmt::format("chart.metadata.name {} is not allowed", go_quote(metadata.name)));
  }
  if (metadata.name.find('/') != std::string::npos) {
    return refuse(fmt::format("chart.metadata.name {} is invalid", go_quote(metadata.name)));
  }
  if (metadata.version.empty()) return refuse("chart.metadata.version is required");
  if (!Version::parse(metadata.version)) {
    return refuse(fmt::format("chart.metadata.version {} is invalid", go_quote(metadata.version)));
  }
  if (!metadata.type.empty() && metadata.type != "application" && metadata.type != "library") {
    return refuse("chart.metadata.type must be application or library");
  }
  if (metadata.null_entries) return refuse("maintainers must not contain empty or null nodes");
  for (Maintainer& one : metadata.maintainers) {
    for (std::string* text : {&one.name, &one.email, &one.url}) sanitize(*text);
  }
  return validate_dependencies(metadata);
}

}  // namespace rumbo::render::helm
