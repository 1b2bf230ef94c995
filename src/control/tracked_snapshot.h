// TrackedSnapshot: notes what a rendering looked at, so that a later commit which touches nothing
// of that need not be rendered again. It knows nothing of renderers: they cannot forget to tell.
//
// Threads: any.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "model/source.h"

namespace rumbo::control {

/// What a result depends on.
struct Inputs {
  std::set<std::string> files;    ///< asked for, there or not; and symlinks on the way
  std::set<std::string> folders;  ///< listed with all below them; "" is the root
};

/// What a commit changed, ready to be asked by many whether it is of their concern.
class ChangeSet {
 public:
  explicit ChangeSet(const std::vector<FileChange>& changes);
  /// True if the result may be another one now.
  bool touches(const Inputs& inputs) const;

 private:
  std::set<std::string, std::less<>> paths_;
  std::set<std::string, std::less<>> folders_;  ///< that hold other files than before
};

class TrackedSnapshot : public Snapshot {
 public:
  explicit TrackedSnapshot(std::shared_ptr<const Snapshot> under) : under_(std::move(under)) {}

  const Revision& revision() const override { return under_->revision(); }
  Result<std::vector<SnapshotFile>> list(std::string_view directory) const override;
  Result<std::string> read(std::string_view path) const override;
  std::vector<std::string> trail(std::string_view path) const override {
    return under_->trail(path);
  }
  std::vector<std::string> warnings() const override { return under_->warnings(); }

  Inputs inputs() const { return inputs_.copy(); }

 private:
  const std::shared_ptr<const Snapshot> under_;
  mutable Guarded<Inputs> inputs_;
};

}  // namespace rumbo::control
