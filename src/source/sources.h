// Sources: every kind of source behind one door.
//
// Threads: any number.
#pragma once

#include <string>

#include "io/env.h"
#include "source/chart_source.h"
#include "source/git_source.h"

namespace rumbo::source {

class Sources : public Source {
 public:
  /// Mirrors and caches live below `state` (an absolute path): git/ and charts/.
  Sources(const std::string& state, io::Env& env)
      : git_(state + "/git", env), charts_(state + "/charts", env) {}

  Result<Revision> resolve(const SourceSpec& spec, const Cancel& cancel) override;
  Result<std::shared_ptr<const Snapshot>> fetch(const SourceSpec& spec, const Revision& revision,
                                                const SourceBounds& bounds,
                                                const Cancel& cancel) override;
  Result<std::vector<FileChange>> changes(const GitSpec& spec, const Revision& from,
                                          const Revision& to, const Cancel& cancel) override;

 private:
  GitSource git_;
  ChartSource charts_;
};

}  // namespace rumbo::source
