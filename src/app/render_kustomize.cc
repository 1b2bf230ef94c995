#include "app/render_kustomize.h"

#include <cstdlib>

#include "app/overlay_tree.h"
#include "app/print_objects.h"
#include "base/strings.h"
#include "render/kustomize/kustomize.h"

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

}  // namespace

Result<int> run_render_kustomize(Session& session, const std::string& path) {
  const kustomize::Options options = TRY(options_of(session.invocation()));
  const OverlayTree tree = TRY(OverlayTree::open(session.env().files, path));
  const auto built = kustomize::build(*tree.snapshot, tree.directory, {}, options);
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
