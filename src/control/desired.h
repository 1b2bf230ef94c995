// Desired: from a placement to the objects it wants: resolve → fetch → render. Remembers what each
// source and each placement said last, for status.
//
// Threads: any. The parts outlive it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/guarded.h"
#include "base/result.h"
#include "base/time.h"
#include "control/placement.h"
#include "control/remotes.h"
#include "control/tracked_snapshot.h"
#include "engine/plan.h"
#include "model/journal.h"
#include "model/renderer.h"
#include "model/source.h"

namespace rumbo::control {

/// What is polled once for all who follow it.
struct SourceKey {
  std::string url;
  std::string ref;
  friend auto operator<=>(const SourceKey&, const SourceKey&) = default;
};
SourceKey source_key(const Placement& placement);

struct SourceStatus {
  std::optional<Revision> revision;  ///< the last one that could be resolved
  std::optional<Error> error;        ///< of the last look
  WallTime at;
};

/// What a placement wants, as far as it is known.
struct WantedStatus {
  std::optional<Revision> revision;
  Digest manifest_digest;      ///< empty if it could not be rendered
  std::optional<Error> error;  ///< why not
};

/// What a rendering came to, and what it depended on.
struct Known {
  std::string commit;    ///< all it depends on is as in this commit
  Digest digest;         ///< empty if it could not be rendered
  bool settled = false;  ///< another look at the same files comes to the same
  Inputs inputs;
};

class Desired {
 public:
  /// The manifest that a scope's last commit stored, and the revision it is of, if there is one.
  struct Committed {
    BlobRef manifest;
    std::string revision;
  };
  using CommittedManifest = std::function<std::optional<Committed>(const Scope&)>;

  /// Objects of a scope's target that exist.
  using ReadLive = std::function<Result<std::map<ObjectKey, Value>>(
      const Scope&, const std::vector<ObjectKey>&, const Cancel&)>;

  /// What a target serves.
  using ReadServed = std::function<Result<Served>(const TargetId&, const Cancel&)>;

  /// Whether a kind lives in namespaces on a target; nullopt if it is not known there.
  using Namespaced = std::function<Result<std::optional<bool>>(
      const TargetId& target, const ObjectKey& kind, const Cancel& cancel)>;

  /// `files` may be null: then no manifest can use files by URL.
  Desired(Journal& journal, Source& source, source::HttpFiles* files,
          std::map<RendererKind, const Renderer*> renderers, const Clock& clock,
          CommittedManifest committed, ReadLive live, ReadServed served = {},
          Namespaced namespaced = {})
      : journal_(journal),
        source_(source),
        remotes_(source, files),
        renderers_(std::move(renderers)),
        clock_(clock),
        committed_(std::move(committed)),
        live_(std::move(live)),
        served_(std::move(served)),
        namespaced_(std::move(namespaced)) {}

  /// What the configured reference means now.
  Result<Revision> resolve(const Placement& placement, const Cancel& cancel);
  /// Another commit, reference or version of the same repository; changes no status.
  Result<Revision> resolve_other(const Placement& placement, const std::string& revision,
                                 const Cancel& cancel);
  struct Ask {
    bool configured = true;      ///< it is what the reference means, so status shows it
    bool fresh_secrets = false;  ///< random functions of charts begin anew
    bool trace = false;          ///< objects tell what made their fields, as exactly as can be
  };
  /// The manifest at a revision.
  Result<engine::ScopeInput> render(const Placement& placement, const Revision& revision,
                                    const Ask& ask, const Cancel& cancel);

  /// Which of these placements of one source may render differently at this revision than they did;
  /// the others are taken as rendered at it. Without a way to tell: all.
  std::vector<bool> touched(const std::vector<const Placement*>& placements, const Revision& to,
                            const Cancel& cancel);
  /// The digest of the manifest at this revision, if that is known without rendering.
  std::optional<Digest> known_digest(const Scope& scope, const Revision& revision) const;

  std::map<SourceKey, SourceStatus> sources() const { return sources_.copy(); }
  std::optional<SourceStatus> source(const SourceKey& key) const;
  WantedStatus wanted(const Scope& scope) const;

 private:
  /// Unsets `settled` if files and configuration alone do not decide the result. `revision` may
  /// name a second repository's, too.
  Result<Rendered> rendered(const Placement& placement, const Snapshot& snapshot,
                            const Revision& revision, const Ask& ask, bool& settled,
                            engine::LiveReads& reads, const Cancel& cancel);
  /// Takes the namespace from objects of cluster-scoped kinds that only the target knows.
  Result<> place(Manifest& manifest, const TargetId& target, const Cancel& cancel) const;
  /// Results of random functions that the next rendering takes up again.
  Result<Value> recorded(const Scope& scope);
  Result<Revision> with_values(const Placement& placement, Result<Revision> revision,
                               const Cancel& cancel);
  Result<Revision> resolve_main(const Placement& placement, const std::string& revision,
                                const Cancel& cancel);
  /// Fetches what the renderer needs from elsewhere into its inputs. A revision means the same
  /// content each time: what it was pinned to first holds.
  Result<std::vector<Pin>> fetch_remotes(const Placement& placement, const Snapshot& snapshot,
                                         const Renderer& renderer, const RenderSpec& spec,
                                         const std::vector<Pin>& known, RenderInputs& inputs,
                                         const Cancel& cancel);
  Result<std::vector<Pin>> known_pins(const Scope& scope, const std::string& revision) const;
  struct Chosen {
    RendererKind kind;
    const Renderer* renderer;
  };
  Result<Chosen> renderer(const Placement& placement, const Snapshot& snapshot) const;
  /// Results of random functions, and the commit they continue.
  struct Recorded {
    std::optional<BlobRef> committed;
    Value results;
  };

  struct PinnedRevision {
    std::string revision;
    std::vector<Pin> pins;
  };

  Journal& journal_;
  Source& source_;
  Remotes remotes_;
  std::map<RendererKind, const Renderer*> renderers_;
  const Clock& clock_;
  const CommittedManifest committed_;
  const ReadLive live_;
  const ReadServed served_;
  const Namespaced namespaced_;
  Guarded<std::map<Scope, Recorded>> recorded_;  ///< of renderings in this process
  /// Of renderings with fresh secrets that are not committed yet, by what they replace.
  Guarded<std::map<Scope, std::pair<std::string, Value>>> fresh_;
  Guarded<std::map<Scope, PinnedRevision>> pins_;
  Guarded<std::map<SourceKey, SourceStatus>> sources_;
  Guarded<std::map<Scope, WantedStatus>> wanted_;
  Guarded<std::map<Scope, Known>> known_;
};

}  // namespace rumbo::control
