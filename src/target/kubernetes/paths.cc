#include "target/kubernetes/paths.h"

#include "io/url_escape.h"

namespace rumbo::target::kubernetes {

std::string Resource::path(std::string_view ns, std::string_view name) const {
  std::string out = group.empty() ? "/api/" : "/apis/" + io::url_escape(group) + "/";
  out += io::url_escape(version);
  if (namespaced && !ns.empty()) out += "/namespaces/" + io::url_escape(ns);
  out += "/" + io::url_escape(plural);
  if (!name.empty()) out += "/" + io::url_escape(name);
  return out;
}

void add_query(std::string& path, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += name;
  path += '=';
  path += io::url_escape(value);
}

std::string request_name(std::string_view verb, const Resource& resource, std::string_view ns,
                         std::string_view name) {
  std::string out(verb);
  out += " " + resource.kind;
  if (!resource.group.empty()) out += "." + resource.group;
  if (name.empty())
    return resource.namespaced && !ns.empty() ? out + " in " + std::string(ns) : out;
  out += " ";
  if (resource.namespaced && !ns.empty()) out += std::string(ns) + "/";
  return out + std::string(name);
}

Value typed(Value object, const Resource& resource) {
  if (object["kind"].as_string() != resource.kind) object = object.with("kind", resource.kind);
  const std::string version = resource.api_version();
  if (object["apiVersion"].as_string() != version) object = object.with("apiVersion", version);
  return object;
}

}  // namespace rumbo::target::kubernetes
