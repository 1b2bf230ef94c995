// Sprig's paths; the os forms are the same on Linux.
#include "script/go_path.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

Body of_path(std::string (*change)(std::string_view)) {
  return [change](Call& call) -> Outcome<Any> {
    TRY(call.session.room_for_text(call[0].text().size()));
    return Any(change(call[0].text()));
  };
}

}  // namespace

void add_sprig_paths(FunctionTable& table) {
  const auto add = [&](std::initializer_list<const char*> names, const Body& body) {
    for (const char* name : names) table.add(name, "string", body);
  };
  add({"base", "osBase"}, of_path(path_base));
  add({"dir", "osDir"}, of_path(path_dir));
  add({"clean", "osClean"}, of_path(path_clean));
  add({"ext", "osExt"}, of_path(path_ext));
  add({"isAbs", "osIsAbs"},
      [](Call& call) -> Outcome<Any> { return Any(call[0].text().starts_with('/')); });
}

}  // namespace rumbo::script
