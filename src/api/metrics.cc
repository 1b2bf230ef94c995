#include "api/metrics.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/strings.h"

namespace rumbo::api {
namespace {

/// How far back the last commit is looked for at start.
constexpr Seq kLookBack = 10'000;

void family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

std::optional<std::int64_t> resident_bytes(io::FileSystem& files) {
  const auto text = files.read_all("/proc/self/statm", 4096);
  if (!text) return std::nullopt;
  const auto fields = split(trim(*text), ' ');
  const auto pages = fields.size() > 1 ? parse_int(fields[1]) : std::nullopt;
  if (!pages) return std::nullopt;
  return *pages * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

Result<std::unique_ptr<Journal::Subscription>> Metrics::attach(Journal& journal) {
  auto subscription = journal.feed([this](const Record& record) { observe(record); });
  const Seq head = journal.head().seq;
  const auto open = TRY(journal.open_txns());
  RecordFilter commits;
  commits.types = {RecordType::commit};
  const auto last = TRY(journal.read(commits, head > kLookBack ? head - kLookBack : 0, kLookBack));
  numbers_.with([&](Numbers& numbers) {
    // What was observed meanwhile is newer.
    if (numbers.seq == 0) numbers.open.insert(open.begin(), open.end());
    numbers.seq = std::max(numbers.seq, head);
    if (!numbers.last_sync && !last.empty()) numbers.last_sync = last.back().at;
  });
  return subscription;
}

void Metrics::observe(const Record& record) {
  numbers_.with([&](Numbers& numbers) {
    numbers.seq = std::max(numbers.seq, record.seq);
    switch (record.type) {
      case RecordType::begin:
        if (record.txn) numbers.open.insert(*record.txn);
        break;
      case RecordType::commit:
        numbers.last_sync = record.at;
        break;
      case RecordType::needs_operator:
        ++numbers.needs_operator;
        break;
      case RecordType::end: {
        if (record.txn) numbers.open.erase(*record.txn);
        const Value& outcome = record.body["outcome"];
        if (outcome.as_string() == "committed") ++numbers.committed;
        if (outcome.as_string() == "restored") ++numbers.restored;
        if (outcome.as_string() == "unchanged") ++numbers.unchanged;
        break;
      }
      default:
        break;
    }
  });
}

std::string Metrics::text() const {
  const Numbers numbers = numbers_.copy();
  std::string out;
  family(out, "rumbo_transactions_total", "counter", "Transactions by outcome, since the start.");
  const auto outcome = [&](std::string_view word, std::uint64_t count) {
    out += fmt::format("rumbo_transactions_total{{outcome=\"{}\"}} {}\n", word, count);
  };
  outcome("committed", numbers.committed);
  outcome("restored", numbers.restored);
  outcome("unchanged", numbers.unchanged);
  outcome("needs-operator", numbers.needs_operator);
  family(out, "rumbo_transactions_open", "gauge", "Transactions with a begin and no end.");
  out += fmt::format("rumbo_transactions_open {}\n", numbers.open.size());
  family(out, "rumbo_journal_seq", "gauge", "Sequence number of the last durable record.");
  out += fmt::format("rumbo_journal_seq {}\n", numbers.seq);
  if (numbers.last_sync) {
    family(out, "rumbo_last_sync_timestamp_seconds", "gauge", "When something was last committed.");
    out += fmt::format("rumbo_last_sync_timestamp_seconds {}\n",
                       numbers.last_sync->since_epoch / std::chrono::seconds(1));
  }
  if (const auto bytes = resident_bytes(files_)) {
    family(out, "process_resident_memory_bytes", "gauge", "Memory of this process.");
    out += fmt::format("process_resident_memory_bytes {}\n", *bytes);
  }
  return out;
}

}  // namespace rumbo::api
