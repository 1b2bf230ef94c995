#include "render/tree_path.h"

#include <vector>

#include "base/strings.h"

namespace rumbo::render {

Result<std::string> folder_of(std::string_view path) {
  std::string folder;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      return fail(Code::invalid, "path `" + printable(path, 256) + "` must not contain `..`");
    }
    folder += (folder.empty() ? "" : "/") + std::string(part);
  }
  return folder;
}

std::string inside_tree(const std::string& folder, std::string_view path) {
  std::vector<std::string> parts;
  const std::string whole = folder + "/" + std::string(path);
  for (const auto part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (parts.empty()) {
      return {};
    } else {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

}  // namespace rumbo::render
