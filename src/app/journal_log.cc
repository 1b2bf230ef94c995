#include "app/journal_log.h"

#include <algorithm>
#include <array>

#include "control/record_view.h"

namespace rumbo::app {
namespace {

/// Events that tell of trouble.
constexpr std::array<std::string_view, 7> kTrouble{"drift",   "contested",    "refused", "trouble",
                                                   "gave-up", "source-error", "orphaned"};
/// Events that the daemon logs itself.
constexpr std::array<std::string_view, 3> kLogged{"config", "config-refused", "config-trouble"};

std::optional<LogLevel> level_of_event(const Value& body) {
  const std::string_view event = body["event"].as_string();
  if (std::find(kLogged.begin(), kLogged.end(), event) != kLogged.end()) return std::nullopt;
  // Without a message, something is contested no longer.
  if (event == "contested" && body["message"].as_string().empty()) return LogLevel::info;
  return std::find(kTrouble.begin(), kTrouble.end(), event) != kTrouble.end() ? LogLevel::warn
                                                                              : LogLevel::info;
}

}  // namespace

std::optional<LogLevel> level_of(const Record& record) {
  switch (record.type) {
    case RecordType::begin:
    case RecordType::commit:
    case RecordType::suspended:
    case RecordType::resumed:
    case RecordType::hold:
      return LogLevel::info;
    case RecordType::abort:
      return LogLevel::warn;
    case RecordType::needs_operator:
      return LogLevel::error;
    case RecordType::quarantine:
      return record.body["cleared"].as_bool() ? LogLevel::info : LogLevel::warn;
    case RecordType::end:
      if (record.body["outcome"].as_string() == "committed") return std::nullopt;  // it was told
      return LogLevel::warn;
    case RecordType::event:
      return level_of_event(record.body);
    case RecordType::plan:
    case RecordType::prepared:
    case RecordType::intent:
    case RecordType::done:
    case RecordType::failed:
    case RecordType::wave_healthy:
    case RecordType::undo_intent:
    case RecordType::undo_done:
    case RecordType::reap_intent:
    case RecordType::reap_done:
    case RecordType::checkpoint:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<std::unique_ptr<Journal::Subscription>> JournalLog::attach(Journal& journal) {
  auto subscription = journal.feed([this](const Record& record) { observe(record); });
  for (const TxnId& txn : TRY(journal.open_txns())) {
    RecordFilter begin;
    begin.txn = txn;
    begin.types = {RecordType::begin};
    for (const Record& record : TRY(journal.read(begin, 0, 1))) {
      open_.with([&](auto& open) { open.emplace(txn, control::scopes_text(record)); });
    }
  }
  return subscription;
}

void JournalLog::observe(const Record& record) {
  if (record.txn && record.type == RecordType::begin) {
    open_.with([&](auto& open) { open[*record.txn] = control::scopes_text(record); });
  }
  const auto level = level_of(record);
  if (level) log(*level, record.txn ? "transaction" : "event", "{}", line_of(record));
  if (record.txn && record.type == RecordType::end) {
    open_.with([&](auto& open) { open.erase(*record.txn); });
  }
}

std::string JournalLog::line_of(const Record& record) {
  if (!record.txn) return control::message_of(record);
  std::string name = record.txn->value;
  if (control::scopes_text(record).empty()) {
    const std::string scopes = open_.with([&](auto& open) {
      const auto known = open.find(*record.txn);
      return known == open.end() ? std::string() : known->second;
    });
    if (!scopes.empty()) name += " (" + scopes + ")";
  }
  return name + ": " + control::message_of(record);
}

}  // namespace rumbo::app
