#include "source/git_source.h"

#include "base/strings.h"
#include "crypto/digest.h"
#include "source/git_refs.h"
#include "source/git_snapshot.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxCommit = 1ull << 20;
constexpr Duration kResolveTimeout = 1min;

template <class T>
Result<T> in_context(Result<T> result, const char* doing, const GitUrl& url) {
  if (result) return result;
  return fail(
      std::move(result).error().with_context(std::string(doing) + " " + printable(url.shown, 512)));
}

Result<> check_id(const Revision& revision) {
  if (is_object_id(revision.id)) return {};
  return fail(Code::invalid, "`" + printable(revision.id, 128) + "` is no commit id");
}

}  // namespace

std::shared_ptr<GitMirror> GitSource::mirror(const GitUrl& url, const GitSpec& spec) {
  // "sha256:" and 32 of 64 digits: enough to tell repositories apart.
  std::string whose = url.remote;
  if (!spec.credentials_file.empty()) whose += "\n" + spec.credentials_file;
  const std::string name = crypto::sha256(whose).substr(7, 32);
  return state_.with([&](State& state) {
    auto& slot = state.mirrors[name];
    if (!slot) slot = std::make_shared<GitMirror>(runner_, directory_ + "/" + name + ".git", url);
    return slot;
  });
}

Result<Revision> GitSource::resolve(const GitSpec& spec, const Cancel& cancel) {
  const GitUrl url = TRY(parse_git_url(spec.url));
  TRY(check_ref(spec.ref));
  if (!spec.ref.commit.empty()) return choose(spec.ref, {});
  GitRunner::Call call;
  call.words = {"ls-remote", "--quiet", "--", url.remote};
  for (auto& pattern : remote_patterns(spec.ref)) call.words.push_back(std::move(pattern));
  call.timeout = kResolveTimeout;
  call.remote = &url;
  call.spec = &spec;
  const auto find = [&]() -> Result<Revision> {
    const std::string text = TRY(runner_.run(call, cancel));
    const auto refs = TRY(parse_ls_remote(text));
    return choose(spec.ref, refs);
  };
  return in_context(find(), "looking at", url);
}

Result<std::shared_ptr<const GitSource::Tree>> GitSource::tree(GitMirror& mirror,
                                                               const std::string& commit,
                                                               const Cancel& cancel) {
  const std::string key = mirror.directory() + " " + commit;
  if (auto known = state_.with([&](State& state) { return state.trees[key].lock(); })) {
    return known;
  }
  auto made = std::make_shared<const Tree>(TRY(mirror.tree(commit, cancel)));
  state_.with([&](State& state) {
    std::erase_if(state.trees, [](const auto& entry) { return entry.second.expired(); });
    state.trees[key] = made;
  });
  return made;
}

Result<std::shared_ptr<const Snapshot>> GitSource::fetch(const GitSpec& spec,
                                                         const Revision& revision,
                                                         const SourceBounds& bounds,
                                                         const Cancel& cancel) {
  const GitUrl url = TRY(parse_git_url(spec.url));
  TRY(check_ref(spec.ref));
  TRY(check_id(revision));
  const std::string home = TRY(normal_path(spec.path));
  const auto local = mirror(url, spec);
  const auto get = [&]() -> Result<std::shared_ptr<const Snapshot>> {
    if (!TRY(local->has(revision.id, cancel))) TRY(local->fetch(spec, revision, cancel));
    const auto files = TRY(tree(*local, revision.id, cancel));
    Revision named = revision;
    if (named.subject.empty()) {
      const auto commit = TRY(local->read({revision.id}, kMaxCommit, cancel));
      named.subject = subject_of(commit.front().content);
    }
    return GitSnapshot::open(local, files, named, home, bounds, env_);
  };
  auto snapshot = get();
  if (!snapshot && snapshot.error().code() == Code::corrupt) {
    TRY(in_context(local->rebuild(spec, revision, cancel), "fetching", url));
    snapshot = get();
  }
  return in_context(std::move(snapshot), "fetching", url);
}

Result<bool> GitSource::changed(const GitSpec& spec, const Revision& a, const Revision& b,
                                const Cancel& cancel) {
  const GitUrl url = TRY(parse_git_url(spec.url));
  TRY(check_id(a));
  TRY(check_id(b));
  if (a.id == b.id) return false;
  const std::string home = TRY(normal_path(spec.path));
  const auto local = mirror(url, spec);
  const auto compare = [&]() -> Result<bool> {
    for (const auto* revision : {&a, &b}) {
      if (TRY(local->has(revision->id, cancel))) continue;
      return fail(Code::not_found, "commit " + revision->id + " was not fetched");
    }
    const auto ids = TRY(local->ids({a.id + ":" + home, b.id + ":" + home}, cancel));
    return ids[0] != ids[1];
  };
  return in_context(compare(), "comparing in", url);
}

}  // namespace rumbo::source
