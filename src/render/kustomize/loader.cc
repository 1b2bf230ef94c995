#include "render/kustomize/loader.h"

#include <fmt/format.h>
#include <optional>

#include "base/strings.h"
#include "render/kustomize/generated.h"
#include "render/kustomize/remote.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kNames[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};

std::string inside(const std::string& directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  return directory + "/" + std::string(name);
}

/// `path` seen from `directory`, without dots; nullopt if it leads out of the tree.
std::optional<std::string> clean(const std::string& directory, std::string_view path) {
  std::vector<std::string_view> parts;
  for (const auto text : {std::string_view(directory), path}) {
    for (const auto part : split(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.push_back(part);
        continue;
      }
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    }
  }
  std::string joined;
  for (const auto part : parts) {
    if (!joined.empty()) joined += '/';
    joined += part;
  }
  return joined;
}

/// True if `directory` is `above` or below it.
bool is_within(std::string_view directory, std::string_view above) {
  if (above.empty()) return true;
  return directory.starts_with(above) &&
         (directory.size() == above.size() || directory[above.size()] == '/');
}

tl::unexpected<Error> not_fetched(std::string_view what, const std::string& location) {
  return fail(Error(Code::unsupported, fmt::format("the remote {} `{}` was not fetched", what,
                                                   printable(location, 512)))
                  .with_hint("a build never uses the network: keep a copy in the repository"));
}

tl::unexpected<Error> leaves(std::string_view path) {
  return fail(Error(Code::denied, "`" + printable(path, 512) + "` leads out of the tree")
                  .with_hint("a kustomization may only use files of its own repository"));
}

}  // namespace

Loader::Loader(Build& build, const Snapshot& tree, std::string directory)
    : build_(build), tree_(tree), directory_(std::move(directory)) {}

Result<std::shared_ptr<const Loader>> Loader::start(Build& build, std::string_view directory) {
  const auto cleaned = clean("", directory);
  if (!cleaned) return leaves(directory);
  return std::shared_ptr<const Loader>(new Loader(build, build.tree(), *cleaned));
}

std::string Loader::locate(const std::string& path) const {
  return prefix_ + clean(directory_, path).value_or(path);
}

std::string Loader::shown(const std::string& place) const {
  const std::string& root = build_.options().root;
  if (root.empty() || !prefix_.empty()) return place.empty() ? "." : place;
  if (place.empty()) return root;
  return root.ends_with('/') ? root + place : root + "/" + place;
}

Result<std::string> Loader::resolve(const std::string& path) const {
  std::string cleaned = TRY(place(path));
  const bool free = build_.options().files_from_anywhere && prefix_.empty();
  if (!free && !is_within(cleaned, directory_)) {
    return fail(Error(Code::denied, fmt::format("security; file '{}' is not in or below '{}'",
                                                printable(shown(cleaned), 512), shown()))
                    .with_hint("move the file, make it part of a base, or load with "
                               "--load-restrictor LoadRestrictionsNone"));
  }
  return cleaned;
}

Result<std::string> Loader::place(const std::string& path) const {
  if (path.starts_with('/')) return leaves(path);
  auto cleaned = clean(directory_, path);
  if (!cleaned) return leaves(path);
  return std::move(*cleaned);
}

void Loader::note(const std::string& place) const {
  if (prefix_.empty()) build_.note_file(place);
}

Result<std::string> Loader::load(const std::string& path) const {
  if (is_remote_file(path)) {
    const auto found = build_.inputs().snapshots.find(path);
    if (found == build_.inputs().snapshots.end()) {
      return not_fetched("file", path);
    }
    if (!is_one_file(*found->second)) {
      return fail(Code::invalid, "`" + printable(path, 512) + "` is a repository, not a file");
    }
    const auto files = TRY(found->second->list(""));
    if (files.size() != 1) {
      return fail(Code::invalid, "`" + printable(path, 512) + "` is not one file");
    }
    return found->second->read(files.front().path);
  }
  const std::string resolved = TRY(resolve(path));
  std::string text = TRY(tree_.read(resolved));
  note(resolved);
  return text;
}

Result<> Loader::check_cycle(const Snapshot& tree, const std::string& directory) const {
  for (const Loader* one = this; one != nullptr; one = one->opener_) {
    if (&one->tree_ != &tree || !is_within(one->directory_, directory)) continue;
    return fail(Code::invalid,
                fmt::format("cycle detected: candidate root '{}' contains visited root '{}'",
                            shown(directory), one->shown()));
  }
  return {};
}

Result<std::shared_ptr<const Loader>> Loader::open(const std::string& path) const {
  if (path.empty()) return fail(Code::invalid, "new root cannot be empty");
  if (depth_ >= Build::kMostDepth) {
    return fail(Code::too_large, "kustomizations nested more than 64 deep");
  }
  TRY(build_.enter_directory());
  if (is_remote(path)) return open_remote(path);
  if (path.starts_with('/')) {
    return fail(Code::denied, "new root '" + printable(path, 512) + "' cannot be absolute");
  }
  auto cleaned = clean(directory_, path);
  if (!cleaned) return leaves(path);
  if (tree_.read(*cleaned)) {
    return fail(Code::invalid, fmt::format("must build at directory: '{}': file is not directory",
                                           printable(shown(*cleaned), 512)));
  }
  TRY(check_cycle(tree_, *cleaned));
  std::shared_ptr<Loader> opened(new Loader(build_, tree_, std::move(*cleaned)));
  opened->prefix_ = prefix_;
  opened->opener_ = this;
  opened->depth_ = depth_ + 1;
  return opened;
}

Result<std::shared_ptr<const Loader>> Loader::open_remote(const std::string& url) const {
  const auto found = build_.inputs().snapshots.find(url);
  if (found == build_.inputs().snapshots.end()) {
    return not_fetched("base", url);
  }
  const Snapshot& tree = *found->second;
  if (is_one_file(tree) || !parse_remote(url)) {
    return fail(Code::invalid, fmt::format("must build at directory: '{}': file is not directory",
                                           printable(url, 512)));
  }
  const auto directory = clean("", parse_remote(url)->path);
  if (!directory) return leaves(url);
  TRY(check_cycle(tree, *directory));
  std::shared_ptr<Loader> opened(new Loader(build_, tree, *directory));
  opened->prefix_ = url + ":";
  opened->opener_ = this;
  opened->depth_ = depth_ + 1;
  return opened;
}

Result<Loader::File> Loader::kustomization() const {
  std::optional<File> found;
  for (const std::string_view name : kNames) {
    const std::string path = inside(directory_, name);
    auto text = tree_.read(path);
    if (!text) continue;
    if (found) {
      return fail(Code::invalid, "Found multiple kustomization files under: " + shown());
    }
    note(path);
    found = File{std::string(name), std::move(*text)};
  }
  if (found) return std::move(*found);
  if (opener_ == nullptr && build_.options().generates_missing) {
    return File{"kustomization.yaml", TRY(generate_kustomization(tree_, directory_))};
  }
  return fail(Code::not_found,
              fmt::format("unable to find one of 'kustomization.yaml', 'kustomization.yml' or "
                          "'Kustomization' in directory '{}'",
                          shown()));
}

}  // namespace rumbo::render::kustomize
