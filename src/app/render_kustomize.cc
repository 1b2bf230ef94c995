#include "app/render_kustomize.h"

#include <cstdlib>
#include <unistd.h>

#include "base/strings.h"
#include "codec/diff.h"
#include "render/kustomize/kustomize.h"
#include "source/directory_snapshot.h"

namespace rumbo::app {
namespace {

namespace kustomize = render::kustomize;

std::string current_directory() {
  std::string path(4096, '\0');
  if (::getcwd(path.data(), path.size()) == nullptr) return "/";
  path.resize(path.find('\0'));
  return path;
}

/// The absolute path without dots.
std::string absolute(const std::string& path) {
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

/// The directory that holds `.git`, from here upwards; "/" without one.
std::string repository_of(io::FileSystem& files, std::string directory) {
  while (directory.size() > 1) {
    if (files.stat(directory + "/.git")) return directory;
    directory.resize(directory.rfind('/'));
  }
  return "/";
}

/// A place in the tree as seen from the current directory.
std::string from_here(const std::string& root, const std::string& file) {
  std::string whole = root.ends_with('/') ? root + file : root + "/" + file;
  const std::string here = current_directory() + "/";
  return whole.starts_with(here) ? whole.substr(here.size()) : whole;
}

Result<kustomize::Options> options_of(const Invocation& asked) {
  kustomize::Options options;
  const std::string restrictor = asked.value("load-restrictor", "LoadRestrictionsRootOnly");
  if (restrictor == "LoadRestrictionsNone") {
    options.files_from_anywhere = true;
  } else if (restrictor != "LoadRestrictionsRootOnly") {
    return fail(
        Error(Code::invalid, "--load-restrictor `" + printable(restrictor, 64) + "` is not known")
            .with_hint("LoadRestrictionsRootOnly or LoadRestrictionsNone"));
  }
  if (asked.has("reorder")) {
    const std::string order = asked.value("reorder");
    if (order != "legacy" && order != "none") {
      return fail(Error(Code::invalid, "--reorder `" + printable(order, 64) + "` is not known")
                      .with_hint("legacy or none"));
    }
    options.legacy_order = order == "legacy";
  }
  options.managed_by_label = asked.has("enable-managedby-label");
  options.environment = [](const std::string& name) -> std::string {
    const char* text = std::getenv(name.c_str());
    return text == nullptr ? "" : text;
  };
  return options;
}

void print_objects(const Session& session, const kustomize::Built& built) {
  std::vector<Value> items;
  std::string names;
  const bool open = session.invocation().has("show-secrets");
  for (const auto& object : built.objects) {
    items.push_back(open ? object.value : codec::mask_secret(object.value));
    names += key_of(object.value).to_string() + "\n";
  }
  if (session.format() == Format::name) {
    session.print(names);
    return;
  }
  session.print_value(Value::object(
      {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Value::array(std::move(items))}}));
}

}  // namespace

Result<int> run_render_kustomize(Session& session, const std::string& path) {
  const kustomize::Options options = TRY(options_of(session.invocation()));
  io::FileSystem& files = session.env().files;
  const std::string directory = absolute(path);
  const std::string root = repository_of(files, directory);
  const auto snapshot = TRY(source::DirectorySnapshot::open(files, root));
  const std::string inside = directory.size() > root.size()
                                 ? directory.substr(root.size() == 1 ? 1 : root.size() + 1)
                                 : "";
  auto built = kustomize::build(*snapshot, inside, {}, options);
  if (!built) {
    Error error = std::move(built).error();
    if (!error.location() || error.location()->file.empty()) return fail(std::move(error));
    Location place = *error.location();
    place.file = from_here(root, place.file);
    return fail(std::move(error).at(std::move(place)));
  }
  for (const std::string& warning : built->warnings) session.note("warning: " + warning + "\n");
  if (session.format() == Format::json || session.format() == Format::name) {
    print_objects(session, *built);
  } else {
    session.print(kustomize::print(*built));
  }
  return kOk;
}

}  // namespace rumbo::app
