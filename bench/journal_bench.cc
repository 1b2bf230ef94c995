// Synced appends per second of the journal with 32 writers, against what the disk does with single
// small synced writes in the same run. Goal: at least 8 times as many.
//
// usage: journal_bench [DIRECTORY]
#include <array>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench_directory.h"
#include "io/env.h"
#include "row.h"
#include "store/sqlite_journal.h"

namespace rumbo::bench {
namespace {

constexpr int kWriters = 32;
constexpr int kRounds = 5;
constexpr auto kRound = std::chrono::seconds(1);

using Steady = std::chrono::steady_clock;

double per_second(std::uint64_t count, Steady::time_point since) {
  return static_cast<double>(count) / std::chrono::duration<double>(Steady::now() - since).count();
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "journal_bench: %s\n", why.c_str());
  std::exit(2);
}

/// One thread that writes 512 bytes and syncs, again and again: behind the end of the file, or over
/// bytes that are there already, which spares the disk its bookkeeping.
double disk_rate(const std::string& directory, bool overwrite) {
  constexpr std::uint64_t kSpan = 8u << 20;
  const std::string path = directory + "/plain";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) give_up("cannot write " + path);
  std::array<char, 512> bytes{};
  bytes.fill('x');
  std::uint64_t at = 0;
  const auto put = [&] {
    if (::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) < 0) give_up("disk full");
    at += bytes.size();
    if (overwrite) at %= kSpan;
  };
  if (overwrite) {
    do put();
    while (at != 0);
    if (::fsync(fd) != 0) give_up("disk failed");
  }
  std::uint64_t count = 0;
  const auto begin = Steady::now();
  while (Steady::now() - begin < kRound) {
    put();
    if (::fdatasync(fd) != 0) give_up("disk failed");
    ++count;
  }
  const double rate = per_second(count, begin);
  ::close(fd);
  return rate;
}

/// The faster of both ways.
double disk_rate(const std::string& directory) {
  return std::max(disk_rate(directory, false), disk_rate(directory, true));
}

/// The same while the processors are kept awake: one that sleeps between two writes wakes late, and
/// on some machines that is most of what a synced write costs. For the reader; the goal is about
/// what one writer alone gets.
double disk_rate_awake(const std::string& directory) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> wakers;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
    wakers.emplace_back([&stop] {
      while (!stop) std::this_thread::yield();
    });
  }
  const double rate = disk_rate(directory);
  stop = true;
  for (auto& waker : wakers) waker.join();
  return rate;
}

double journal_rate(Journal& journal, std::uint64_t epoch) {
  std::atomic<std::uint64_t> count{0};
  std::vector<std::thread> writers;
  const auto begin = Steady::now();
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      Draft draft;
      draft.type = RecordType::event;
      draft.actor = {"bench"};
      draft.epoch = epoch;
      draft.body = Value::object({{"message", "something of usual length happened to shop@dev"},
                                  {"writer", i},
                                  {"object", "Deployment.apps shop-dev/web"}});
      while (Steady::now() - begin < kRound) {
        const auto done = journal.append({draft}, Durability::synced);
        if (!done) give_up(done.error().to_string());
        ++count;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  return per_second(count, begin);
}

int run(int argc, char** argv) {
  const BenchDirectory directory(argc, argv);
  auto journal =
      store::SqliteJournal::open({directory.path() + "/state", ""}, io::real_filesystem(),
                                 io::real_clock(), io::real_random());
  if (!journal) give_up(journal.error().to_string());
  const auto epoch = (*journal)->take_over("bench", "boot");
  if (!epoch) give_up(epoch.error().to_string());
  std::vector<double> disks, awakes, rates, ratios, awake_ratios;
  for (int round = 1; round <= kRounds; ++round) {
    disks.push_back(disk_rate(directory.path()));
    rates.push_back(journal_rate(**journal, *epoch));
    awakes.push_back(disk_rate_awake(directory.path()));
    ratios.push_back(rates.back() / disks.back());
    awake_ratios.push_back(rates.back() / awakes.back());
    std::printf(
        "journal: %d writers %.0f synced appends/s; disk %.0f synced writes/s: %.1fx (%.0f with "
        "the processors kept awake: %.1fx)\n",
        kWriters, rates.back(), disks.back(), ratios.back(), awakes.back(), awake_ratios.back());
  }
  row("the disk alone: one writer, 512 bytes, fdatasync", "–", spread(disks, "a second", 0));
  row("the same, processors kept awake", "–", spread(awakes, "a second", 0));
  row("journal: durable appends of 32 writers", "–", spread(rates, "a second", 0));
  row("journal to disk, in the same round", "≥ 8x", spread(ratios, "x", 1));
  row("journal to disk with the processors kept awake", "≥ 8x", spread(awake_ratios, "x", 1));
  return 0;
}

}  // namespace
}  // namespace rumbo::bench

int main(int argc, char** argv) {
  return rumbo::bench::run(argc, argv);
}
