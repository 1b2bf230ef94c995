// What `recover` decides besides transactions: a damaged journal, and targets that are not as they
// were left.
#include <fmt/core.h>
#include <optional>

#include "app/handlers.h"
#include "base/strings.h"
#include "control/operations.h"
#include "store/sqlite_journal.h"

namespace rumbo::app {
namespace {

constexpr std::string_view kAcceptJournal = "accept-journal-up-to";
constexpr std::string_view kDecisions[] = {"undo", "finish", "accept"};
constexpr Remedy kRemedies[] = {Remedy::from_target, Remedy::recreate_volume, Remedy::adopt,
                                Remedy::forget};

/// Directly on the journal: a daemon does not work with a damaged one.
Result<int> accept_journal(Session& session) {
  const auto seq = TRY(session.invocation().number(kAcceptJournal, 0));
  io::Env& env = session.env();
  store::JournalOptions options;
  options.directory = session.state_directory();
  if (!env.files.stat(options.directory + "/journal.db")) {
    return fail(Error(Code::not_found, "there is no journal in `" + options.directory + "`")
                    .with_hint("name the state directory with --state"));
  }
  auto opened = store::SqliteJournal::open(options, env.files, env.clock, env.random);
  if (!opened && opened.error().code() == Code::conflict) {
    return fail(std::move(opened).error().with_hint("stop the daemon first: systemctl stop rumbo"));
  }
  const auto journal = TRY(std::move(opened));
  const auto damage = journal->damage();
  const bool broken =
      damage || (journal->head().seq > 0 && !journal->verify(1, journal->head().seq));
  if (!broken) {
    return fail(Error(Code::conflict, "the journal is whole: there is nothing to accept")
                    .with_hint("`rumbo log --verify` checks it"));
  }
  TRY(journal->take_over(session.actor(), ""));
  TRY(journal->accept_up_to(static_cast<Seq>(seq)));
  session.print(
      fmt::format("accepted up to record {}; later ones are set aside in the journal\n", seq));
  session.note("next: rumbo serve; what targets know beyond it shows in `rumbo status`\n");
  return kOk;
}

Result<int> run_remedy(Session& session, Remedy remedy) {
  control::RemedyOptions options;
  options.remedy = remedy;
  options.actor = session.actor();
  options.select = TRY(session.selector());
  auto& applications = options.select.applications;
  if (applications.size() == 2) {
    options.object = applications.back();
    applications.pop_back();
  }
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(operations->remedy(options));
  if (session.machine()) {
    session.print_value(answer);
    return kOk;
  }
  for (const Value& line : answer["done"].items()) {
    session.print(printable(line.as_string()) + "\n");
  }
  for (const Value& scope : answer["paused"].items()) session.print(scope.str() + ": paused\n");
  if (!answer["next"].as_string().empty()) session.note("next: " + answer["next"].str() + "\n");
  return kOk;
}

}  // namespace

Result<std::optional<int>> run_special_recovery(Session& session) {
  const Invocation& asked = session.invocation();
  std::vector<std::string> chosen;
  std::optional<Remedy> remedy;
  for (const Remedy one : kRemedies) {
    if (!asked.has(control::remedy_word(one))) continue;
    chosen.emplace_back(control::remedy_word(one));
    remedy = one;
  }
  if (asked.has(kAcceptJournal)) chosen.emplace_back(kAcceptJournal);
  if (chosen.empty()) return std::optional<int>();
  for (const std::string_view decision : kDecisions) {
    if (asked.has(decision)) chosen.emplace_back(decision);
  }
  if (chosen.size() > 1) {
    return fail(Code::invalid, "--" + chosen[0] + " and --" + chosen[1] + " exclude each other");
  }
  if (remedy) return std::optional(TRY(run_remedy(session, *remedy)));
  return std::optional(TRY(accept_journal(session)));
}

}  // namespace rumbo::app
