#include "app/outcome.h"

#include <algorithm>
#include <fmt/core.h>

#include "app/cells.h"
#include "app/verb.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

constexpr std::size_t kEvidence = 20;

std::string scopes_of(const Value& transaction) {
  std::string out;
  for (const Value& one : transaction["applications"].items()) {
    if (!out.empty()) out += ", ";
    out += one.is_object() ? scope_cell(one) : one.str();
  }
  return out;
}

/// Nothing differed: no transaction was begun.
bool nothing_to_do(const Value& transaction) {
  return transaction["outcome"].as_string() == "unchanged";
}

std::string next_command(const Value& transaction) {
  const std::string outcome = transaction["outcome"].str();
  const std::string txn = transaction["transaction"].str();
  const std::string scope = scopes_of(transaction);
  const bool one = scope.find(',') == std::string::npos;
  if (outcome == "restored") {
    return fmt::format(
        "rumbo show {}   (mend the cause and push; the same content is not tried "
        "again unless with --retry-quarantined)",
        txn);
  }
  if (outcome == "needs-operator") {
    return fmt::format("rumbo show {0}, then rumbo recover {0} --undo | --finish | --accept", txn);
  }
  if (outcome == "suspended") return "rumbo recover   (or start the daemon: both take it up again)";
  if (outcome == "refused" && !txn.empty()) return "rumbo show " + txn;
  if (outcome == "refused") return "rumbo plan " + (one ? scope + " " : "") + "--detailed";
  return {};
}

}  // namespace

std::string describe_outcome(const Value& transaction, const Paint& paint) {
  const std::string outcome = transaction["outcome"].str();
  const std::string scopes = scopes_of(transaction);
  if (nothing_to_do(transaction)) {
    const std::string cause = transaction["cause"].str();
    return fmt::format("{}: {}\n", scopes, cause.empty() ? "nothing to do" : printable(cause));
  }
  std::string out = paint.bold(scopes) + ": " + paint.word(outcome);
  if (const std::string txn = transaction["transaction"].str(); !txn.empty())
    out += " (" + txn + ")";
  if (const std::string revision = cell(transaction["revision"]); !revision.empty()) {
    out += (outcome == "committed" || outcome == "passed" || outcome == "failed" ? " at "
                                                                                 : ", wanted ") +
           revision;
  }
  if (const std::string took = cell(transaction["duration"]); !took.empty()) out += " in " + took;
  out += "\n";
  const std::string cause = transaction["cause"].str();
  if (outcome != "committed" && outcome != "passed" && !cause.empty())
    out += "  cause: " + printable(cause) + "\n";
  const auto evidence = transaction["evidence"].items();
  const std::size_t skipped = evidence.size() > kEvidence ? evidence.size() - kEvidence : 0;
  for (const Value& line : evidence.subspan(skipped)) {
    out += paint.dim("  | ") + printable(line.as_string()) + "\n";
  }
  if (const std::string next = next_command(transaction); !next.empty()) {
    out += "  next: " + next + "\n";
  }
  return out;
}

int exit_of(const Value& transaction) {
  const std::string_view outcome = transaction["outcome"].as_string();
  if (outcome == "committed" || outcome == "passed" || nothing_to_do(transaction)) return kOk;
  if (outcome == "restored") return kRestored;
  if (outcome == "needs-operator") return kNeedsOperator;
  return kError;
}

int worst_exit(const Value& transactions) {
  int worst = kOk;
  for (const Value& one : transactions.items()) worst = std::max(worst, exit_of(one));
  return worst;
}

}  // namespace rumbo::app
