// A repository of 10,000 overlays over 100 bases: what a commit that touches one of them costs
// after the fetch, and that only this one is built; and that a commit to a base builds those above
// it. Real git, real files, and what each build read as the daemon notes it.
//
// usage: git_bench [DIRECTORY]
#include <chrono>
#include <cstdlib>

#include "bench_directory.h"
#include "control/tracked_snapshot.h"
#include "io/env.h"
#include "render/kustomize/kustomize.h"
#include "row.h"
#include "source/git_source.h"

namespace rumbo::bench {
namespace {

constexpr int kApplications = 10'000;
constexpr int kBases = 100;
constexpr int kRounds = 11;

using Steady = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "git_bench: %s\n", why.c_str());
  std::exit(2);
}

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

std::string folder(int application) {
  return "apps/app-" + std::to_string(application);
}

std::string file(const std::string& path, const std::string& text) {
  return "M 100644 inline " + path + "\ndata " + std::to_string(text.size()) + "\n" + text + "\n";
}

std::string map(const std::string& name, int version) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {version: \"" +
         std::to_string(version) + "\"}\n";
}

std::string own_file(int application, int version) {
  return file(folder(application) + "/own.yaml", map("own", version));
}

std::string base_file(int base, int version) {
  return file("bases/b-" + std::to_string(base) + "/all.yaml", map("shared", version));
}

/// Everything, as it is at first.
std::string first_commit() {
  std::string all;
  for (int i = 0; i < kBases; ++i) {
    all += base_file(i, 0) +
           file("bases/b-" + std::to_string(i) + "/kustomization.yaml", "resources: [all.yaml]\n");
  }
  for (int i = 0; i < kApplications; ++i) {
    all += own_file(i, 0) + file(folder(i) + "/kustomization.yaml",
                                 "resources: [../../bases/b-" + std::to_string(i % kBases) +
                                     ", own.yaml]\nnamePrefix: a" + std::to_string(i) +
                                     "-\nlabels: [{pairs: {app: a" + std::to_string(i) + "}}]\n");
  }
  return all;
}

/// A commit by `git fast-import`.
void commit(const io::Env& env, const std::string& path, const std::string& files, bool first) {
  io::Command command;
  command.argv = {"git", "-C", path, "fast-import", "--quiet"};
  command.env = io::minimal_environment();
  command.input =
      "commit refs/heads/main\ncommitter B <b@example.com> 1700000000 +0000\n"
      "data 1\nc\n" +
      std::string(first ? "" : "from refs/heads/main^0\n") + files;
  const auto exit = env.process.run(command, Cancel());
  if (!exit || exit->status != 0) give_up(exit ? exit->err : exit.error().to_string());
}

/// The applications, and what each one's last build depended on.
class Applications {
 public:
  Applications(source::GitSource& source, GitSpec spec) : source_(source), spec_(std::move(spec)) {}

  void build(int application, const Revision& revision) {
    GitSpec own = spec_;
    own.path = folder(application);
    auto snapshot = source_.fetch(own, revision, SourceBounds{}, Cancel());
    if (!snapshot) give_up(snapshot.error().to_string());
    const control::TrackedSnapshot tracked(*std::move(snapshot));
    const auto made = renderer_.render(tracked, {own.path, "bench", {}}, {});
    if (!made) give_up(made.error().to_string());
    inputs_[static_cast<std::size_t>(application)] = tracked.inputs();
  }

  /// Builds what the files that changed decide; returns how many that were.
  int build_touched(const std::vector<FileChange>& changes, const Revision& revision) {
    const control::ChangeSet set(changes);
    int built = 0;
    for (int i = 0; i < kApplications; ++i) {
      if (!set.touches(inputs_[static_cast<std::size_t>(i)])) continue;
      build(i, revision);
      ++built;
    }
    return built;
  }

 private:
  source::GitSource& source_;
  const GitSpec spec_;
  const render::KustomizeRenderer renderer_;
  std::vector<control::Inputs> inputs_{static_cast<std::size_t>(kApplications)};
};

int run(int argc, char** argv) {
  const BenchDirectory directory(argc, argv);
  io::Env env = io::real_env();
  const std::string path = directory.path() + "/origin";
  io::Command init;
  init.argv = {"git", "init", "--quiet", "--bare", path};
  init.env = io::minimal_environment();
  if (const auto made = env.process.run(init, Cancel()); !made) give_up("no git");
  commit(env, path, first_commit(), true);

  source::GitSource source(directory.path() + "/mirrors", env);
  GitSpec spec;
  spec.url = "file://" + path;
  spec.ref.branch = "main";
  auto last = source.resolve(spec, Cancel());
  if (!last) give_up(last.error().to_string());
  Applications applications(source, spec);
  auto begin = Steady::now();
  for (int i = 0; i < kApplications; ++i) applications.build(i, *last);
  const double all = ms_since(begin);

  /// Fetches a commit and builds what it touches; adds the times to both lists.
  const auto follow = [&](const std::string& files, std::vector<double>& fetches,
                          std::vector<double>& after) {
    commit(env, path, files, false);
    const auto next = source.resolve(spec, Cancel());
    if (!next) give_up(next.error().to_string());
    begin = Steady::now();
    // Fetches, compares: nothing else talks to the remote.
    auto changes = source.changes(spec, *last, *next, Cancel());
    fetches.push_back(ms_since(begin));
    begin = Steady::now();
    changes = source.changes(spec, *last, *next, Cancel());
    if (!changes) give_up(changes.error().to_string());
    const int built = applications.build_touched(*changes, *next);
    after.push_back(ms_since(begin));
    last = next;
    return built;
  };
  std::vector<double> fetches, after, base_fetches, base_after;
  int built = 0;
  for (int round = 1; round <= kRounds; ++round) {
    built += follow(own_file(round * 701 % kApplications, round), fetches, after);
  }
  const int above_base = follow(base_file(7, 1), base_fetches, base_after);
  row("10,000 overlays over 100 bases: all of them, at first", "-", spread({all}, "ms", 0));
  row("a commit touching one: builds", "1", std::to_string(built / kRounds));
  row("the same: fetch of the commit, local", "-", spread(fetches, "ms", 1));
  row("the same: from the fetch to its manifest", "<= 100 ms", spread(after, "ms", 1));
  row("a commit touching one base: builds", "100", std::to_string(above_base));
  row("the same: from the fetch to their manifests", "-", spread(base_after, "ms", 1));
  std::sort(after.begin(), after.end());
  const bool good = built == kRounds && above_base == kApplications / kBases;
  return good && after[after.size() / 2] <= 100 ? 0 : 1;
}

}  // namespace
}  // namespace rumbo::bench

int main(int argc, char** argv) {
  return rumbo::bench::run(argc, argv);
}
