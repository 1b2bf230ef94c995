#include "source/git_mirror.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/strings.h"
#include "source/git_errors.h"
#include "source/git_refs.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxTreeText = 512ull << 20;
constexpr std::uint64_t kMaxTag = 1ull << 20;
constexpr std::size_t kKeptCommits = 64;
constexpr Duration kFetchTimeout = 15min;

Error too_much(std::uint64_t most) {
  return Error(Code::too_large, "the transfer exceeds " + std::to_string(most) + " bytes",
               Retry::never)
      .with_hint(
          "the repository is larger than what one transfer may bring; deploy from a "
          "smaller one");
}

}  // namespace

/// Holds the right to write; others wait. No lock is held while git runs.
class GitMirror::Turn {
 public:
  static Result<std::unique_ptr<Turn>> take(GitMirror& mirror, const Cancel& cancel) {
    MutexLock lock(mirror.mutex_);
    while (mirror.busy_) {
      TRY(cancel.check(mirror.runner_.env().clock.mono()));
      mirror.changed_.wait_for(mirror.mutex_, std::chrono::milliseconds(50));
    }
    mirror.busy_ = true;
    return std::make_unique<Turn>(mirror);
  }
  explicit Turn(GitMirror& mirror) : mirror_(mirror) {}
  ~Turn() {
    MutexLock lock(mirror_.mutex_);
    mirror_.busy_ = false;
    mirror_.changed_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  GitMirror& mirror_;
};

GitRunner::Call GitMirror::local(std::vector<std::string> words) const {
  GitRunner::Call call;
  call.directory = directory_;
  call.words = std::move(words);
  return call;
}

GitRunner::Call GitMirror::remote(const GitSpec& spec, std::uint64_t most,
                                  std::vector<std::string> words) const {
  GitRunner::Call call = local(std::move(words));
  call.max_file = most;
  call.remote = &url_;
  call.spec = &spec;
  call.timeout = kFetchTimeout;
  return call;
}

Result<bool> GitMirror::has(const std::string& commit, const Cancel& cancel) const {
  if (!runner_.env().files.stat(directory_ + "/HEAD")) {
    known_.with([](auto& known) { known.clear(); });
    return false;
  }
  if (known_.with([&](const auto& known) { return known.contains(commit); })) return true;
  const auto exit = TRY(
      runner_.try_run(local({"rev-parse", "--quiet", "--verify", "refs/rumbo/" + commit}), cancel));
  if (exit.status != 0 || trim(exit.out) != commit) return false;
  known_.with([&](auto& known) { known.insert(commit); });
  return true;
}

Result<> GitMirror::prepare(const Cancel& cancel) {
  auto& files = runner_.env().files;
  TRY(files.make_directories(directory_, 0700));
  TRY(remove_stale_locks());
  if (files.stat(directory_ + "/HEAD") && files.stat(directory_ + "/config")) return {};
  // Also completes one that was killed half way.
  TRY(runner_.run(local({"init", "--quiet", "--bare", "--template=", "--", directory_}), cancel));
  return {};
}

Result<> GitMirror::remove_stale_locks() {
  // It is this process's turn, and git processes of this process are gone: a lock file that is
  // still here was left by one that was killed.
  auto& files = runner_.env().files;
  for (const std::string& folder : {directory_, directory_ + "/refs/rumbo"}) {
    const auto names = files.list(folder);
    if (!names) continue;
    for (const auto& name : *names) {
      if (!name.ends_with(".lock")) continue;
      log(LogLevel::warn, "git", "removing the left-over lock {}/{}", folder, name);
      TRY(files.remove(folder + "/" + name));
    }
  }
  remove_partial_packs();
  return {};
}

/// git ends without a word on this one when the kernel stops it at the bound.
std::uint64_t GitMirror::remove_partial_packs() {
  auto& files = runner_.env().files;
  const std::string folder = directory_ + "/objects/pack";
  std::uint64_t largest = 0;
  const auto names = files.list(folder);
  if (!names) return 0;
  for (const std::string& name : *names) {
    if (!name.starts_with("tmp_")) continue;
    const std::string path = folder + "/" + name;
    if (const auto info = files.stat(path)) largest = std::max(largest, info->size);
    if (const auto gone = files.remove(path); !gone) {
      log(LogLevel::warn, "git", "{}", gone.error().to_string());
    }
  }
  return largest;
}

Result<> GitMirror::fetch(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                          const Cancel& cancel) {
  const auto turn = TRY(Turn::take(*this, cancel));
  if (TRY(has(revision.id, cancel))) return {};  // another thread brought it meanwhile
  TRY(prepare(cancel));
  TRY(fetch_here(spec, revision, most, cancel));
  return tidy(revision.id, cancel);
}

Result<> GitMirror::rebuild(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                            const Cancel& cancel) {
  const auto turn = TRY(Turn::take(*this, cancel));
  known_.with([](auto& known) { known.clear(); });
  auto& files = runner_.env().files;
  const std::string aside = directory_ + ".damaged";
  log(LogLevel::warn, "git", "building the damaged mirror {} anew", directory_);
  TRY(files.remove_tree(aside));
  TRY(files.rename(directory_, aside));
  auto done = prepare(cancel);
  if (done) done = fetch_here(spec, revision, most, cancel);
  if (done) return files.remove_tree(aside);
  // Damaged as it is, it may still hold other commits whole.
  TRY(files.remove_tree(directory_));
  TRY(files.rename(aside, directory_));
  return done;
}

Result<> GitMirror::fetch_here(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                               const Cancel& cancel) {
  const auto exit =
      TRY(runner_.try_run(remote(spec, most,
                                 {"fetch", "--quiet", "--depth=1", "--no-tags",
                                  "--no-write-fetch-head", "--no-recurse-submodules", "--",
                                  url_.remote, "+" + revision.id + ":refs/rumbo/" + revision.id}),
                          cancel));
  if (exit.status == 0) return {};
  if (remove_partial_packs() >= most) return fail(too_much(most));
  Error error = git_error(exit.err);
  if (!is_refused_by_id(exit.err)) return fail(std::move(error));
  return fetch_by_reference(spec, revision, most, error, cancel);
}

Result<> GitMirror::fetch_by_reference(const GitSpec& spec, const Revision& revision,
                                       std::uint64_t most, const Error& why, const Cancel& cancel) {
  std::vector<std::string> words{
      "fetch",  "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
      "--prune"};
  if (runner_.env().files.stat(directory_ + "/shallow")) words.emplace_back("--unshallow");
  words.emplace_back("--");
  words.push_back(url_.remote);
  for (auto& refspec : refspecs(spec.ref, revision)) words.push_back(std::move(refspec));
  if (const auto done = runner_.run(remote(spec, most, std::move(words)), cancel); !done) {
    return fail(remove_partial_packs() >= most ? too_much(most) : done.error());
  }
  const auto present =
      TRY(runner_.try_run(local({"cat-file", "-e", revision.id + "^{commit}"}), cancel));
  if (present.status != 0) {
    return fail(Error(Code::not_found, "commit " + revision.id + " is not in the repository")
                    .with_context(why.message())
                    .with_hint("it may have been replaced by a forced push; look again"));
  }
  TRY(runner_.run(local({"update-ref", "refs/rumbo/" + revision.id, revision.id}), cancel));
  return {};
}

Result<GitObject> GitMirror::tag(const GitSpec& spec, const std::string& name,
                                 const std::string& commit, std::uint64_t most,
                                 const Cancel& cancel) {
  const std::string kept = "refs/remote/tags/" + name;
  const auto names_commit = [&]() -> Result<bool> {
    const auto found = TRY(
        runner_.try_run(local({"rev-parse", "--quiet", "--verify", kept + "^{commit}"}), cancel));
    return found.status == 0 && trim(found.out) == commit;
  };
  // Asked for each time: another tag object, now signed, may name the same commit.
  const auto brought = [&]() -> Result<> {
    const auto turn = TRY(Turn::take(*this, cancel));
    TRY(prepare(cancel));
    TRY(runner_.run(
        remote(spec, most,
               {"fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head",
                "--no-recurse-submodules", "--", url_.remote, "+refs/tags/" + name + ":" + kept}),
        cancel));
    return {};
  }();
  if (!brought && (brought.error().retry() == Retry::never || !TRY(names_commit()))) {
    return fail(Error(brought.error()));
  }
  if (!TRY(names_commit())) {
    return fail(Error(Code::conflict,
                      "tag `" + printable(name, 128) + "` no longer names commit " + commit,
                      Retry::later)
                    .with_hint("it was moved meanwhile; the next look takes it up"));
  }
  auto objects = TRY(read({kept}, kMaxTag, cancel));
  return std::move(objects.front());
}

Result<> GitMirror::tidy(const std::string& keep, const Cancel& cancel) {
  // By name count first: it costs no process.
  const auto names = runner_.env().files.list(directory_ + "/refs/rumbo");
  if (!names || names->size() <= kKeptCommits) return {};
  const std::string listed = TRY(runner_.run(
      local({"for-each-ref", "--sort=-committerdate", "--format=%(objectname)", "refs/rumbo"}),
      cancel));
  std::string deletions;
  std::size_t kept = 0;
  for (const auto id : split(trim(listed), '\n')) {
    if (id == keep || ++kept < kKeptCommits / 2) continue;
    deletions += "delete refs/rumbo/" + std::string(id) + "\n";
  }
  known_.with([](auto& known) { known.clear(); });
  GitRunner::Call call = local({"update-ref", "--stdin"});
  call.input = deletions;
  TRY(runner_.run(call, cancel));
  // An hour's grace: snapshots of commits just dropped may still be read.
  call = local({"-c", "gc.autoDetach=false", "gc", "--quiet", "--prune=1.hour.ago"});
  call.timeout = kFetchTimeout;
  if (const auto done = runner_.run(call, cancel); !done) {
    log(LogLevel::warn, "git", "cannot tidy {}: {}", directory_, done.error().to_string());
  }
  return {};
}

Result<std::vector<TreeEntry>> GitMirror::tree(const std::string& commit,
                                               const Cancel& cancel) const {
  GitRunner::Call call = local({"ls-tree", "-r", "-z", "-l", "--full-tree", commit});
  call.max_output = kMaxTreeText;
  const std::string text = TRY(runner_.run(call, cancel));
  return parse_ls_tree(text);
}

Result<std::vector<GitObject>> GitMirror::read(const std::vector<std::string>& names,
                                               std::uint64_t bytes, const Cancel& cancel) const {
  std::vector<GitObject> objects(names.size());
  std::vector<std::size_t> asked;  // of these git
  std::uint64_t known = 0;
  GitRunner::Call call = local({"cat-file", "--batch"});
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto kept = cache_.find(names[i]);
    if (kept && known + kept->content.size() <= bytes) {
      known += kept->content.size();
      objects[i] = *std::move(kept);
    } else {
      asked.push_back(i);
      call.input += names[i] + "\n";
    }
  }
  if (asked.empty()) return objects;
  call.max_output = bytes - known + 256 * (asked.size() + 1) + call.input.size();
  const std::string text = TRY(runner_.run(call, cancel));
  auto answered = TRY(parse_cat_file(text));
  if (answered.size() != asked.size()) {
    return fail(Code::corrupt, "git answered " + std::to_string(answered.size()) + " of " +
                                   std::to_string(asked.size()) + " objects");
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    cache_.keep(answered[i]);
    objects[asked[i]] = std::move(answered[i]);
  }
  return objects;
}

Result<std::vector<TreeChange>> GitMirror::compare(const std::string& from, const std::string& to,
                                                   const Cancel& cancel) const {
  GitRunner::Call call =
      local({"diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", from, to, "--"});
  call.max_output = kMaxTreeText;
  const std::string text = TRY(runner_.run(call, cancel));
  return parse_diff_tree(text);
}

Result<std::vector<std::uint64_t>> GitMirror::sizes(const std::vector<std::string>& ids,
                                                    const Cancel& cancel) const {
  GitRunner::Call call = local({"cat-file", "--batch-check=%(objectsize)"});
  for (const auto& id : ids) call.input += id + "\n";
  const std::string text = TRY(runner_.run(call, cancel));
  std::vector<std::uint64_t> found;
  for (const auto line : split(trim(text), '\n')) {
    const auto size = parse_int(line);
    if (!size || *size < 0) return fail(Code::corrupt, "an object is missing from the mirror");
    found.push_back(static_cast<std::uint64_t>(*size));
  }
  if (found.size() != ids.size()) return fail(Code::corrupt, "git answered too few objects");
  return found;
}

}  // namespace rumbo::source
