// Addresses of schemas: RFC 3986 as far as references need it.
#include "base/strings.h"
#include "codec/json_schema_index.h"

namespace rumbo::codec {
namespace {

/// Up to and without the path: "https://host", "file://", "urn:".
std::size_t path_begin(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  const std::size_t slash = uri.find('/');
  if (colon == uri.npos || (slash != uri.npos && slash < colon)) return 0;
  if (uri.substr(colon + 1, 2) != "//") return colon + 1;
  const std::size_t path = uri.find('/', colon + 3);
  return path == uri.npos ? uri.size() : path;
}

bool has_scheme(std::string_view uri) {
  const std::size_t end = uri.find_first_of(":/?#");
  return end != uri.npos && end > 0 && uri[end] == ':';
}

std::string without_dots(std::string_view path) {
  std::vector<std::string> parts;
  const auto all = split(path, '/');
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool last = i + 1 == all.size();
    if (all[i] == "..") {
      if (parts.size() > 1) parts.pop_back();
      if (last) parts.emplace_back();
    } else if (all[i] == ".") {
      if (last) parts.emplace_back();
    } else {
      parts.emplace_back(all[i]);
    }
  }
  return join(parts, "/");
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  if (has_scheme(reference)) return std::string(reference);
  base = base.substr(0, base.find('#'));
  if (reference.empty()) return std::string(base);
  if (reference.starts_with('#')) return std::string(base) + std::string(reference);
  const std::size_t path = path_begin(base);
  if (reference.starts_with("//")) {
    return std::string(base.substr(0, base.find(':') + 1)) + std::string(reference);
  }
  const std::string_view head = base.substr(0, path);
  if (reference.starts_with('/')) return std::string(head) + without_dots(reference);
  const std::string_view fragment =
      reference.find('#') == reference.npos ? "" : reference.substr(reference.find('#'));
  const std::string_view relative = reference.substr(0, reference.size() - fragment.size());
  const std::size_t folder = base.rfind('/');
  const std::string_view before =
      folder == base.npos || folder < path ? "/" : base.substr(path, folder + 1 - path);
  return std::string(head) + without_dots(std::string(before) + std::string(relative)) +
         std::string(fragment);
}

bool draft_of(std::string_view uri, Draft& draft) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  if (uri.starts_with("https://")) uri.remove_prefix(8);
  if (uri.starts_with("http://")) uri.remove_prefix(7);
  if (uri == "json-schema.org/draft-04/schema") {
    draft = Draft::v4;
  } else if (uri == "json-schema.org/draft-06/schema") {
    draft = Draft::v6;
  } else if (uri == "json-schema.org/draft-07/schema") {
    draft = Draft::v7;
  } else if (uri == "json-schema.org/draft/2019-09/schema") {
    draft = Draft::v2019;
  } else if (uri == "json-schema.org/draft/2020-12/schema" || uri == "json-schema.org/schema") {
    draft = Draft::v2020;
  } else {
    return false;
  }
  return true;
}

std::string_view meta_schema_uri(Draft draft) {
  switch (draft) {
    case Draft::v4:
      return "http://json-schema.org/draft-04/schema";
    case Draft::v6:
      return "http://json-schema.org/draft-06/schema";
    case Draft::v7:
      return "http://json-schema.org/draft-07/schema";
    case Draft::v2019:
      return "https://json-schema.org/draft/2019-09/schema";
    case Draft::v2020:
      return "https://json-schema.org/draft/2020-12/schema";
  }
  return "";
}

}  // namespace rumbo::codec
