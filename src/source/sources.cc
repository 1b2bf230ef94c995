#include "source/sources.h"

namespace rumbo::source {

Result<Revision> Sources::resolve(const SourceSpec& spec, const Cancel& cancel) {
  if (const auto* git = std::get_if<GitSpec>(&spec)) return git_.resolve(*git, cancel);
  return charts_.resolve(std::get<ChartSpec>(spec), cancel);
}

Result<std::shared_ptr<const Snapshot>> Sources::fetch(const SourceSpec& spec,
                                                       const Revision& revision,
                                                       const SourceBounds& bounds,
                                                       const Cancel& cancel) {
  if (const auto* git = std::get_if<GitSpec>(&spec)) {
    return git_.fetch(*git, revision, bounds, cancel);
  }
  return charts_.fetch(std::get<ChartSpec>(spec), revision, bounds, cancel);
}

Result<std::vector<FileChange>> Sources::changes(const GitSpec& spec, const Revision& from,
                                                 const Revision& to, const Cancel& cancel) {
  return git_.changes(spec, from, to, cancel);
}

}  // namespace rumbo::source
