#include "render/object_checks.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "codec/pointer.h"

namespace rumbo::render {
namespace {

Error wrong(const Object& object, std::string_view pointer, std::string message, std::string hint) {
  return Error(Code::invalid, std::move(message))
      .at(object.locate(pointer))
      .with_hint(std::move(hint));
}

std::string quoted(std::string_view text) {
  return "`" + printable(text, 256) + "`";
}

/// "Deployment web" as far as it is known.
std::string name_of(const Object& object) {
  const std::string kind = object.value["kind"].str("object");
  const std::string name = object.value["metadata"]["name"].str();
  return printable(name.empty() ? kind : kind + " " + name, 300);
}

bool is_api_version(std::string_view text) {
  const auto slash = text.find('/');
  const auto version = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (slash != std::string_view::npos && !is_dns_subdomain(text.substr(0, slash))) return false;
  return is_dns_label(version);
}

bool is_kind(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '-';
         });
}

/// Names of RBAC objects may be any path segment: "system:node".
bool is_name(std::string_view group, std::string_view name) {
  if (group != "rbac.authorization.k8s.io") return is_dns_subdomain(name);
  return !name.empty() && name.size() <= 253 && name != "." && name != ".." &&
         name.find_first_of("/%") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c != 0x7f; });
}

Result<> check_type(const Object& object) {
  const Value& version = object.value["apiVersion"];
  const Value& kind = object.value["kind"];
  const bool typed = object.value.contains("apiVersion") || object.value.contains("kind");
  if (!typed) {
    return fail(wrong(object, "",
                      "this is no Kubernetes object: it has neither apiVersion nor kind",
                      "if the file is meant for something else, list it in .rumboignore"));
  }
  if (version.as_string().empty()) {
    return fail(wrong(object, "/apiVersion", name_of(object) + " has no apiVersion",
                      "write it as text, for example `apiVersion: apps/v1`"));
  }
  if (!is_api_version(version.as_string())) {
    return fail(wrong(object, "/apiVersion",
                      "apiVersion " + quoted(version.as_string()) + " is not well formed",
                      "write `version` or `group/version`"));
  }
  if (kind.as_string().empty()) {
    return fail(wrong(object, "/kind", "an object of " + version.str() + " has no kind",
                      "write it as text, for example `kind: Deployment`"));
  }
  if (!is_kind(kind.as_string())) {
    return fail(wrong(object, "/kind", "kind " + quoted(kind.as_string()) + " is not well formed",
                      "kinds are letters and digits, for example `Deployment`"));
  }
  return {};
}

Result<> check_name(const Object& object) {
  const Value& metadata = object.value["metadata"];
  if (object.value.contains("metadata") && !metadata.is_object() && !metadata.is_null()) {
    return fail(wrong(object, "/metadata", name_of(object) + ": metadata must be a map",
                      "write `metadata: {name: …}`"));
  }
  const Value& name = metadata["name"];
  if (name.is_null() && metadata.contains("generateName")) {
    return fail(wrong(object, "/metadata/generateName",
                      name_of(object) + " has generateName but no metadata.name",
                      "what is deployed from Git needs a lasting name"));
  }
  if (name.is_null() || (name.is_string() && name.as_string().empty())) {
    return fail(wrong(object, "/metadata/name", name_of(object) + " has no metadata.name",
                      "give it a name"));
  }
  if (!name.is_string()) {
    return fail(wrong(object, "/metadata/name",
                      name_of(object) + ": metadata.name must be text, not " +
                          std::string(to_string(name.kind())),
                      "put the name in quotes"));
  }
  if (!is_name(object.key.group, name.as_string())) {
    return fail(wrong(object, "/metadata/name",
                      "metadata.name " + quoted(name.as_string()) + " is no valid name",
                      "use lower-case letters, digits, '-' and '.', at most 253 of them, with a "
                      "letter or digit at both ends of each part"));
  }
  const Value& ns = metadata["namespace"];
  if (!ns.is_null() &&
      !(ns.is_string() && (ns.as_string().empty() || is_dns_label(ns.as_string())))) {
    return fail(wrong(object, "/metadata/namespace",
                      name_of(object) + ": metadata.namespace is no valid name",
                      "use lower-case letters, digits and '-', at most 63 of them"));
  }
  return {};
}

Result<> check_texts(const Object& object, const char* field) {
  const std::string pointer = std::string("/metadata/") + field;
  const Value& map = object.value["metadata"][field];
  if (map.is_null()) return {};
  if (!map.is_object()) {
    return fail(wrong(object, pointer, name_of(object) + ": metadata." + field + " must be a map",
                      "write `name: value` lines"));
  }
  for (const Member& member : map.members()) {
    if (member.value.is_string() || member.value.is_null()) continue;
    return fail(wrong(object, pointer + "/" + codec::escape_pointer_token(member.key()),
                      name_of(object) + ": the value of metadata." + field + " " +
                          quoted(member.key()) + " must be text, not " +
                          std::string(to_string(member.value.kind())),
                      "put the value in quotes"));
  }
  return {};
}

}  // namespace

bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  const auto labels = split(text, '.');
  const auto good = [](std::string_view label) {
    // Only the whole is bounded: a part may be longer than a label.
    const auto alphanumeric = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return !label.empty() && alphanumeric(label.front()) && alphanumeric(label.back()) &&
           std::all_of(label.begin(), label.end(),
                       [&](char c) { return alphanumeric(c) || c == '-'; });
  };
  return std::all_of(labels.begin(), labels.end(), good);
}

Result<> check_object(const Object& object) {
  TRY(check_type(object));
  TRY(check_name(object));
  TRY(check_texts(object, "labels"));
  return check_texts(object, "annotations");
}

}  // namespace rumbo::render
