#include "app/lazy_target.h"

namespace rumbo::app {

Result<Target*> LazyTarget::opened() {
  const std::uint64_t known = attempts_;
  // Under the lock although it does I/O: two callers must not open it twice.
  return state_.with([&](State& state) -> Result<Target*> {
    if (state.target) return state.target.get();
    if (attempts_ != known && state.failed) return fail(Error(*state.failed));
    auto opened = opener_();
    ++attempts_;
    if (!opened) {
      state.failed = opened.error();
      return fail(std::move(opened).error());
    }
    state.target = std::move(*opened);
    return state.target.get();
  });
}

Result<std::string> LazyTarget::identity(const Cancel& cancel) {
  return TRY(opened())->identity(cancel);
}
Result<std::string> LazyTarget::incarnation(const Cancel& cancel) {
  return TRY(opened())->incarnation(cancel);
}
Result<std::vector<Observation>> LazyTarget::observe(const std::vector<ObjectKey>& keys,
                                                     Consistency consistency,
                                                     const Cancel& cancel) {
  Target* target = TRY(opened());
  auto seen = TRY(target->observe(keys, consistency, cancel));
  if (judge_) judge_(seen);
  return seen;
}
Result<DryRun> LazyTarget::dry_run(const Step& step, const Cancel& cancel) {
  return TRY(opened())->dry_run(step, cancel);
}
Result<Reservation> LazyTarget::prepare(const Outline& outline, const Fence& fence,
                                        const Cancel& cancel) {
  return TRY(opened())->prepare(outline, fence, cancel);
}
Result<> LazyTarget::release(const TxnId& txn, const Fence& fence, const Cancel& cancel) {
  return TRY(opened())->release(txn, fence, cancel);
}
Result<Receipt> LazyTarget::perform(const Step& step, const Fence& fence, const Cancel& cancel) {
  return TRY(opened())->perform(step, fence, cancel);
}
Result<Sighting> LazyTarget::inspect(const Step& step, const Fence& fence, const Cancel& cancel) {
  return TRY(opened())->inspect(step, fence, cancel);
}
Result<Reverted> LazyTarget::revert(const Step& step, const Receipt* receipt, const Fence& fence,
                                    const Cancel& cancel) {
  return TRY(opened())->revert(step, receipt, fence, cancel);
}
Result<std::vector<ObservedVersion>> LazyTarget::fence(const std::vector<Step>& steps,
                                                       const Fence& newer, const Cancel& cancel) {
  return TRY(opened())->fence(steps, newer, cancel);
}
Result<> LazyTarget::mirror(const TxnMirror& mirror, const Fence& fence, const Cancel& cancel) {
  return TRY(opened())->mirror(mirror, fence, cancel);
}
Result<std::vector<TxnMirror>> LazyTarget::mirrors(const InstallationId& install,
                                                   const Cancel& cancel) {
  return TRY(opened())->mirrors(install, cancel);
}
Result<std::vector<Owned>> LazyTarget::list_owned(const InstallationId& install,
                                                  const Cancel& cancel) {
  return TRY(opened())->list_owned(install, cancel);
}
Result<std::unique_ptr<Watch>> LazyTarget::watch(const InstallationId& install, EventSink sink) {
  return TRY(opened())->watch(install, std::move(sink));
}
Result<> LazyTarget::logs(const ObjectKey& key, const std::string& container,
                          const LogOptions& options, const LineSink& sink, const Cancel& cancel) {
  return TRY(opened())->logs(key, container, options, sink, cancel);
}
Result<std::optional<bool>> LazyTarget::namespaced(const std::string& group,
                                                   const std::string& kind, const Cancel& cancel) {
  return TRY(opened())->namespaced(group, kind, cancel);
}

Result<std::vector<HeldImage>> LazyTarget::images(const Cancel& cancel) {
  return TRY(opened())->images(cancel);
}

Result<std::map<std::string, std::string>> LazyTarget::current_images(
    const std::vector<Object>& objects, const Cancel& cancel) {
  return TRY(opened())->current_images(objects, cancel);
}
Result<std::vector<Owned>> LazyTarget::remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
                                              const Cancel& cancel) {
  return TRY(opened())->remedy(remedy, keys, cancel);
}

}  // namespace rumbo::app
