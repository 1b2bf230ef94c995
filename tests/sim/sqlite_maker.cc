#include "sqlite_maker.h"

#include <gtest/gtest.h>

#include "io/fake/memory_filesystem.h"
#include "io/fake/seeded_random.h"
#include "store/sqlite_journal.h"

namespace rumbo::simtest {
namespace {

/// The store takes a Clock it may read from any thread; the rig's virtual one will do.
class SqliteMaker : public JournalMaker {
 public:
  explicit SqliteMaker(const Clock& clock) : clock_(clock) {}

  std::unique_ptr<Journal> open() override {
    store::JournalOptions options;
    options.directory = "/state";
    options.reserve_bytes = 4096;
    auto journal = store::SqliteJournal::open(options, files_, clock_, random_);
    if (!journal) {
      ADD_FAILURE() << journal.error().to_string();
      return nullptr;
    }
    return std::move(*journal);
  }

  void crash() override { files_.crash(io::fake::Keep::random, ++crashes_); }

 private:
  struct ReadOnlyClock : Clock {
    explicit ReadOnlyClock(const Clock& inner) : inner_(inner) {}
    MonoTime mono() const override { return inner_.mono(); }
    WallTime wall() const override { return inner_.wall(); }
    const Clock& inner_;
  };

  io::fake::MemoryFileSystem files_;
  io::fake::SeededRandom random_{7};
  ReadOnlyClock clock_;
  std::uint64_t crashes_ = 0;
};

}  // namespace

std::unique_ptr<JournalMaker> sqlite_journal_maker(const Clock& clock) {
  return std::make_unique<SqliteMaker>(clock);
}

}  // namespace rumbo::simtest
