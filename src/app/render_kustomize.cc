#include "app/render_kustomize.h"

#include <cstdlib>

#include "app/overlay_tree.h"
#include "app/paths.h"
#include "app/pins_file.h"
#include "app/print_objects.h"
#include "base/strings.h"
#include "control/remotes.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/remote_locations.h"
#include "source/git_source.h"
#include "source/http_files.h"

namespace rumbo::app {
namespace {

namespace kustomize = render::kustomize;

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

/// Remote bases and files that the overlay names, as the pins file says where it does.
Result<RenderInputs> fetch_remotes(Session& session, const OverlayTree& tree) {
  io::Env& env = session.env();
  const std::string cache = cache_directory();
  source::GitSource git(cache + "/git", env);
  source::HttpFiles urls(cache + "/files", env);
  const std::string file = session.invocation().value("pins");
  const auto known = file.empty() ? std::vector<Pin>() : TRY(read_pins(env.files, file));
  control::RemotePolicy policy;
  policy.local_repositories = true;
  const auto missing = [&](const auto& here) {
    RenderInputs inputs;
    inputs.snapshots = here;
    return kustomize::remote_locations(*tree.snapshot, tree.directory, inputs, {});
  };
  control::Fetched fetched =
      TRY(control::Remotes(git, &urls).fetch_all(missing, known, policy, Cancel()));
  if (!file.empty()) TRY(write_pins(env.files, file, fetched.pins));
  for (const Pin& pin : fetched.pins) {
    session.note("remote: " + printable(pin.location, 512) + " is " + printable(pin.name, 256) +
                 " (" + pin.id + ")\n");
  }
  RenderInputs inputs;
  inputs.snapshots = std::move(fetched.snapshots);
  return inputs;
}

/// Most overlays need nothing from elsewhere: what they name is looked for only if a build misses
/// it.
Result<kustomize::Built> build_overlay(Session& session, const OverlayTree& tree,
                                       const kustomize::Options& options) {
  auto built = kustomize::build(*tree.snapshot, tree.directory, {}, options);
  if (built || built.error().code() != Code::unsupported) return built;
  const RenderInputs inputs = TRY(fetch_remotes(session, tree));
  if (inputs.snapshots.empty()) return built;
  return kustomize::build(*tree.snapshot, tree.directory, inputs, options);
}

}  // namespace

Result<int> run_render_kustomize(Session& session, const std::string& path) {
  const kustomize::Options options = TRY(options_of(session.invocation()));
  const OverlayTree tree = TRY(OverlayTree::open(session.env().files, path));
  const auto built = build_overlay(session, tree, options);
  if (!built) {
    Error error = built.error();
    if (!error.location() || error.location()->file.empty()) return fail(std::move(error));
    Location place = *error.location();
    place.file = tree.from_here(place.file);
    return fail(std::move(error).at(std::move(place)));
  }
  for (const std::string& warning : built->warnings) session.note("warning: " + warning + "\n");
  if (session.format() == Format::json || session.format() == Format::name) {
    std::vector<Value> values;
    for (const auto& object : built->objects) values.push_back(object.value);
    print_objects(session, values);
  } else {
    session.print(kustomize::print(*built));
  }
  return kOk;
}

}  // namespace rumbo::app
