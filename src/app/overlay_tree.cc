#include "app/overlay_tree.h"

#include <unistd.h>

#include "base/strings.h"

namespace rumbo::app {
namespace {

std::string current_directory() {
  std::string path(4096, '\0');
  if (::getcwd(path.data(), path.size()) == nullptr) return "/";
  path.resize(path.find('\0'));
  return path;
}

/// The directory that holds `.git`, from here upwards; "/" without one.
std::string repository_of(io::FileSystem& files, std::string directory) {
  while (directory.size() > 1) {
    if (files.stat(directory + "/.git")) return directory;
    directory.resize(directory.rfind('/'));
  }
  return "/";
}

}  // namespace

Result<bool> may_load_above(const Invocation& asked) {
  const std::string word = asked.value("load-restrictor", "LoadRestrictionsRootOnly");
  if (word == "LoadRestrictionsRootOnly") return false;
  if (word == "LoadRestrictionsNone") return true;
  return fail(Error(Code::invalid, "--load-restrictor `" + printable(word, 64) + "` is not known")
                  .with_hint("LoadRestrictionsRootOnly or LoadRestrictionsNone"));
}

std::string absolute_path(const std::string& path) {
  const std::string whole = path.starts_with('/') ? path : current_directory() + "/" + path;
  std::vector<std::string> parts;
  for (const auto part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return "/" + join(parts, "/");
}

Result<OverlayTree> OverlayTree::open(io::FileSystem& files, const std::string& path) {
  OverlayTree tree;
  const std::string whole = absolute_path(path);
  const std::string root = repository_of(files, whole);
  tree.snapshot = TRY(source::DirectorySnapshot::open(files, root));
  if (whole.size() > root.size()) {
    tree.directory = whole.substr(root.size() == 1 ? 1 : root.size() + 1);
  }
  return tree;
}

std::string OverlayTree::from_here(const std::string& place) const {
  if (place.empty()) return place;
  const std::string& root = snapshot->root();
  std::string whole = root.ends_with('/') ? root + place : root + "/" + place;
  const std::string here = current_directory() + "/";
  return whole.starts_with(here) ? whole.substr(here.size()) : whole;
}

bool is_overlay(io::FileSystem& files, const std::string& path) {
  for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    if (files.stat(path + "/" + name)) return true;
  }
  return false;
}

}  // namespace rumbo::app
