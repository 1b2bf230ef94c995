// A repository of 10,000 applications: what a commit that touches one of them costs after the
// fetch, and that only this one is rendered. Real git, real files.
//
// usage: git_bench [DIRECTORY]
#include <chrono>
#include <cstdlib>

#include "bench_directory.h"
#include "control/tracked_snapshot.h"
#include "io/env.h"
#include "render/plain.h"
#include "row.h"
#include "source/git_source.h"

namespace rumbo::bench {
namespace {

constexpr int kApplications = 10'000;
constexpr int kFilesOfEach = 4;
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

std::string object(int application, int file, int version) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-" + std::to_string(application) +
         "-" + std::to_string(file) + "}\ndata: {version: \"" + std::to_string(version) + "\"}\n";
}

std::string entry(int application, int file, int version) {
  const std::string text = object(application, file, version);
  return "M 100644 inline " + folder(application) + "/" + std::to_string(file) + ".yaml\ndata " +
         std::to_string(text.size()) + "\n" + text + "\n";
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

int run(int argc, char** argv) {
  const BenchDirectory directory(argc, argv);
  io::Env env = io::real_env();
  const std::string path = directory.path() + "/origin";
  io::Command init;
  init.argv = {"git", "init", "--quiet", "--bare", path};
  init.env = io::minimal_environment();
  if (const auto made = env.process.run(init, Cancel()); !made) give_up("no git");
  std::string all;
  for (int i = 0; i < kApplications; ++i) {
    for (int file = 0; file < kFilesOfEach; ++file) all += entry(i, file, 0);
  }
  commit(env, path, all, true);

  source::GitSource source(directory.path() + "/mirrors", env);
  GitSpec spec;
  spec.url = "file://" + path;
  spec.ref.branch = "main";
  spec.path = folder(0);
  const render::PlainRenderer renderer;
  auto last = source.resolve(spec, Cancel());
  if (!last) give_up(last.error().to_string());

  // What each rendering depends on, as the daemon notes it.
  std::vector<control::Inputs> inputs(kApplications);
  const auto whole = source.fetch(spec, *last, SourceBounds{}, Cancel());
  if (!whole) give_up(whole.error().to_string());
  for (int i = 0; i < kApplications; ++i) {
    inputs[static_cast<std::size_t>(i)].folders.insert(folder(i));
    for (int file = 0; file < kFilesOfEach; ++file) {
      inputs[static_cast<std::size_t>(i)].files.insert(folder(i) + "/" + std::to_string(file) +
                                                       ".yaml");
    }
    inputs[static_cast<std::size_t>(i)].files.insert(folder(i) + "/Chart.yaml");
  }

  std::vector<double> fetches, after;
  std::size_t rendered = 0;
  for (int round = 1; round <= kRounds; ++round) {
    const int touched = round * 701 % kApplications;
    commit(env, path, entry(touched, 1, round), false);
    const auto next = source.resolve(spec, Cancel());
    if (!next) give_up(next.error().to_string());
    auto begin = Steady::now();
    // Fetches, compares: nothing else talks to the remote.
    auto changes = source.changes(spec, *last, *next, Cancel());
    fetches.push_back(ms_since(begin));
    begin = Steady::now();
    changes = source.changes(spec, *last, *next, Cancel());
    if (!changes) give_up(changes.error().to_string());
    const control::ChangeSet set(*changes);
    for (int i = 0; i < kApplications; ++i) {
      if (!set.touches(inputs[static_cast<std::size_t>(i)])) continue;
      GitSpec own = spec;
      own.path = folder(i);
      const auto snapshot = source.fetch(own, *next, SourceBounds{}, Cancel());
      if (!snapshot) give_up(snapshot.error().to_string());
      const auto made = renderer.render(**snapshot, {own.path, "bench", {}}, {});
      if (!made) give_up(made.error().to_string());
      ++rendered;
    }
    after.push_back(ms_since(begin));
    last = next;
  }
  row("10,000 applications, a commit touching one: renderings", "1",
      std::to_string(rendered / kRounds));
  row("the same: fetch of the commit, local", "-", spread(fetches, "ms", 1));
  row("the same: from the fetch to its manifest", "<= 100 ms", spread(after, "ms", 1));
  std::sort(after.begin(), after.end());
  return rendered == kRounds && after[after.size() / 2] <= 100 ? 0 : 1;
}

}  // namespace
}  // namespace rumbo::bench

int main(int argc, char** argv) {
  return rumbo::bench::run(argc, argv);
}
