#include "app/fetch_remotes.h"

#include "app/paths.h"
#include "app/pins_file.h"
#include "base/strings.h"
#include "control/remotes.h"
#include "source/http_files.h"
#include "source/sources.h"

namespace rumbo::app {

Result<RenderInputs> fetch_remotes(Session& session, const RemotesNeeded& needed) {
  io::Env& env = session.env();
  const std::string cache = cache_directory();
  source::Sources sources(cache, env);
  source::HttpFiles urls(cache + "/files", env);
  const std::string file = session.invocation().value("pins");
  const auto known = file.empty() ? std::vector<Pin>() : TRY(read_pins(env.files, file));
  control::RemotePolicy policy;
  policy.local_repositories = true;
  const auto missing = [&](const auto& here) -> Result<std::vector<std::string>> {
    RenderInputs so_far;
    so_far.snapshots = here;
    return TRY(needed(so_far)).snapshots;
  };
  control::Remotes remotes(sources, &urls);
  control::Fetched fetched = TRY(remotes.fetch_all(missing, known, policy, Cancel()));
  RenderInputs inputs;
  inputs.snapshots = std::move(fetched.snapshots);
  const std::vector<ChartSpec> charts = TRY(needed(inputs)).charts;
  TRY(remotes.fetch_charts(charts, known, policy, inputs, fetched.pins, Cancel()));
  if (!file.empty()) TRY(write_pins(env.files, file, fetched.pins));
  for (const Pin& pin : fetched.pins) {
    session.note("remote: " + printable(pin.location, 512) + " is " + printable(pin.name, 256) +
                 " (" + pin.id + ")\n");
  }
  return inputs;
}

}  // namespace rumbo::app
