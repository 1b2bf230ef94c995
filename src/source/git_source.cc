#include "source/git_source.h"

#include <algorithm>

#include "base/strings.h"
#include "crypto/digest.h"
#include "source/git_refs.h"
#include "source/git_snapshot.h"
#include "source/git_submodules.h"

namespace rumbo::source {
namespace {

constexpr Duration kResolveTimeout = 1min;
constexpr std::size_t kMostSubmodules = 200;

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

/// Submodules of submodules have their own.
bool is_module_file(std::string_view path) {
  return path == ".gitmodules" || path.ends_with("/.gitmodules");
}

}  // namespace

std::shared_ptr<GitMirror> GitSource::mirror(const GitUrl& url, const GitSpec& spec) {
  // "sha256:" and 32 of 64 digits: enough to tell repositories apart.
  std::string whose = url.remote;
  for (const std::string& credentials : {spec.credentials_file, spec.credentials_env}) {
    if (!credentials.empty()) whose += "\n" + credentials;
  }
  const std::string name = crypto::sha256(whose).substr(7, 32);
  return mirrors_.with([&](auto& mirrors) {
    auto& slot = mirrors[name];
    if (!slot) slot = std::make_shared<GitMirror>(runner_, directory_ + "/" + name + ".git", url);
    return slot;
  });
}

Result<Revision> GitSource::resolve(const GitSpec& spec, const Cancel& cancel) {
  const GitUrl url = TRY(parse_git_url(spec.url));
  TRY(check_ref(spec.ref));
  GitRunner::Call call;
  call.words = {"ls-remote", "--quiet", "--", url.remote};
  for (auto& pattern : remote_patterns(spec.ref)) call.words.push_back(std::move(pattern));
  call.timeout = kResolveTimeout;
  call.remote = &url;
  call.spec = &spec;
  const auto find = [&]() -> Result<Revision> {
    if (!spec.ref.commit.empty()) return accepted(spec, url, TRY(choose(spec.ref, {})), cancel);
    const std::string text = TRY(runner_.run(call, cancel));
    const auto refs = TRY(parse_ls_remote(text));
    return accepted(spec, url, TRY(choose(spec.ref, refs)), cancel);
  };
  return in_context(find(), "looking at", url);
}

/// What is not signed as it must be is no revision at all: nobody goes on with it.
Result<Revision> GitSource::accepted(const GitSpec& spec, const GitUrl& url, Revision revision,
                                     const Cancel& cancel) {
  if (!spec.verify.on()) return revision;
  const auto local = mirror(url, spec);
  const SourceBounds bounds;
  TRY(bring(*local, spec, revision, bounds, cancel));
  revision.signer = TRY(verifier_.verify(*local, spec, revision, bounds.max_download, cancel));
  return revision;
}

Result<> GitSource::bring(GitMirror& mirror, const GitSpec& spec, const Revision& revision,
                          const SourceBounds& bounds, const Cancel& cancel) {
  if (TRY(mirror.has(revision.id, cancel))) return {};
  return mirror.fetch(spec, revision, bounds.max_download, cancel);
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
    TRY(bring(*local, spec, revision, bounds, cancel));
    Revision named = revision;
    if (spec.verify.on()) {
      named.signer = TRY(verifier_.verify(*local, spec, revision, bounds.max_download, cancel));
    }
    const auto commit = TRY(trees_.get(*local, revision.id, cancel));
    if (named.subject.empty()) named.subject = commit.subject;
    std::vector<std::shared_ptr<GitMirror>> mirrors{local};
    auto entries = commit.entries;
    if (spec.submodules) {
      auto all = *entries;
      TRY(add_submodules(mirrors, all, spec, bounds, cancel));
      entries = std::make_shared<const std::vector<TreeEntry>>(std::move(all));
    }
    return GitSnapshot::open(std::move(mirrors), entries, named, home, bounds, env_);
  };
  auto snapshot = get();
  if (!snapshot && snapshot.error().code() == Code::corrupt) {
    TRY(in_context(local->rebuild(spec, revision, bounds.max_download, cancel), "fetching", url));
    snapshot = get();
  }
  return in_context(std::move(snapshot), "fetching", url);
}

Result<> GitSource::add_submodules(std::vector<std::shared_ptr<GitMirror>>& mirrors,
                                   std::vector<TreeEntry>& entries, const GitSpec& spec,
                                   const SourceBounds& bounds, const Cancel& cancel) {
  // Each pass reads the submodules that the pass before brought in sight.
  for (std::vector<TreeEntry> todo = entries; !todo.empty();) {
    std::vector<TreeEntry> found;
    for (const TreeEntry& file : todo) {
      if (!is_module_file(file.path) || file.kind != TreeEntry::Kind::file) continue;
      if (file.size > (1u << 20)) return fail(Code::too_large, "`" + file.path + "` is too large");
      GitMirror& parent = *mirrors.at(file.repository);
      const std::string prefix = file.path.substr(0, file.path.size() - 11);  // ".gitmodules"
      GitRunner::Call call;
      call.directory = parent.directory();
      call.words = {"config", "--null", "--list", "--no-includes", "--blob", file.id};
      const auto modules = parse_submodules(TRY(runner_.run(call, cancel)));
      for (const auto& [path, where] : modules) {
        const std::string full = prefix + TRY(normal_path(path));
        const auto link = std::find_if(todo.begin(), todo.end(), [&](const TreeEntry& one) {
          return one.path == full && one.kind == TreeEntry::Kind::submodule &&
                 one.repository == file.repository;
        });
        if (link == todo.end()) continue;
        if (mirrors.size() > kMostSubmodules) {
          return fail(Code::too_large, "the repository has more than 200 submodules");
        }
        const auto context = "submodule `" + printable(full, 512) + "`";
        auto url = submodule_url(parent.url(), where);
        if (!url) return fail(std::move(url).error().with_context(context));
        GitSpec own = spec;
        own.url = url->remote;
        own.ref = {};
        own.ref.commit = link->id;
        own.verify = {};  // the commit that names it is the one that was signed
        if (!same_server(parent.url(), *url)) own.credentials_file = own.credentials_env = "";
        const auto local = mirror(*url, own);
        const Revision revision{link->id, link->id.substr(0, 7), ""};
        if (auto done = bring(*local, own, revision, bounds, cancel); !done) {
          return fail(std::move(done).error().with_context(context + " from " +
                                                           printable(url->shown, 512)));
        }
        const auto commit = TRY(trees_.get(*local, link->id, cancel));
        for (TreeEntry entry : *commit.entries) {
          entry.path = full + "/" + entry.path;
          entry.repository = static_cast<std::uint32_t>(mirrors.size());
          found.push_back(std::move(entry));
        }
        if (entries.size() + found.size() > 2 * bounds.max_files) {
          return fail(Code::too_large, "the submodules hold too many files");
        }
        mirrors.push_back(local);
        std::erase_if(entries, [&](const TreeEntry& one) { return one.path == full; });
      }
    }
    entries.insert(entries.end(), found.begin(), found.end());
    todo = std::move(found);
  }
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
  return {};
}

Result<std::vector<FileChange>> GitSource::changes(const GitSpec& spec, const Revision& from,
                                                   const Revision& to, const Cancel& cancel) {
  const GitUrl url = TRY(parse_git_url(spec.url));
  TRY(check_id(from));
  TRY(check_id(to));
  if (from.id == to.id) return std::vector<FileChange>();
  const auto local = mirror(url, spec);
  const auto compare = [&]() -> Result<std::vector<FileChange>> {
    if (!TRY(local->has(from.id, cancel))) {
      return fail(Code::not_found, "commit " + from.id + " is not here any more");
    }
    TRY(bring(*local, spec, to, SourceBounds{}, cancel));
    std::vector<FileChange> out;
    for (TreeChange& change : TRY(local->compare(from.id, to.id, cancel))) {
      const bool content = change.before && change.after && *change.before == *change.after;
      out.push_back({std::move(change.path), content});
    }
    return out;
  };
  return in_context(compare(), "comparing in", url);
}

}  // namespace rumbo::source
