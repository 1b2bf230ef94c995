#include "control/record_view.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"

namespace rumbo::control {
namespace {

std::vector<Scope> scopes_in(const Record& record) {
  std::vector<Scope> out;
  for (const Value& scope : record.body["scopes"].items()) out.push_back(scope_from(scope));
  return out;
}

std::string revision_in(const Record& record) {
  for (const Value& scope : record.body["scopes"].items()) {
    std::string name = engine::txn_scope_from(scope).revision.name;
    if (!name.empty()) return name;
  }
  return "its revision";
}

std::string event_message(const Record& record, const std::string& scopes) {
  const Value& body = record.body;
  const std::string_view event = body["event"].as_string();
  if (event == "pause") {
    const std::string reason = body["reason"].str();
    return scopes + (body["paused"].as_bool() ? " paused" : " no longer paused") +
           (reason.empty() ? "" : ": " + reason);
  }
  if (event == "freeze") {
    const std::string reason = body["reason"].str();
    return std::string(body["frozen"].as_bool() ? "all is frozen" : "no longer frozen") +
           (reason.empty() ? "" : ": " + reason);
  }
  if (event == "config") {
    const std::string origin = body["origin"].str();
    return "configuration read" + (origin.empty() ? "" : " from " + origin) + ": " +
           std::to_string(body["applications"].size()) + " deployments";
  }
  const std::string message = body["message"].str();
  if (event == "contested" && message.empty()) return scopes + " is healed again";
  return (scopes.empty() ? "" : scopes + ": ") + (message.empty() ? std::string(event) : message);
}

std::string step_message(const Record& record, std::string_view what) {
  return std::string(what) + " step " + std::to_string(record.step);
}

}  // namespace

Actor actor_of(const std::string& name) {
  return {name.empty() ? "user:unknown" : name};
}

Value names_value(const std::vector<Scope>& scopes) {
  std::vector<Value> all;
  for (const Scope& scope : scopes) all.emplace_back(scope.to_string());
  return Value::array(std::move(all));
}

Value revision_value(const Revision& revision) {
  return Value::object(
      {{"id", revision.id}, {"name", revision.name}, {"subject", revision.subject}});
}

std::string scopes_text(const Record& record) {
  std::vector<std::string> all;
  for (const Scope& scope : scopes_in(record)) all.push_back(scope.to_string());
  return join(all, ", ");
}

std::string outcome_word(std::string_view outcome) {
  return outcome == "unchanged" ? "refused" : replace_all(outcome, "_", "-");
}

std::string message_of(const Record& record) {
  const Value& body = record.body;
  const std::string scopes = scopes_text(record);
  switch (record.type) {
    case RecordType::begin:
      return body["cause"].str() + " of " + scopes + " to " + revision_in(record) + " began";
    case RecordType::plan:
      return "planned " + std::to_string(body["plan"]["steps"].size()) + " steps";
    case RecordType::prepared:
      return "prepared: images pinned, everything checked, nothing changed yet";
    case RecordType::intent:
      return step_message(record, "begins");
    case RecordType::done:
      return step_message(record, "did");
    case RecordType::failed:
      return step_message(record, "failed") + ": " + body["error"].str();
    case RecordType::wave_healthy:
      return body["name"].str() + " is healthy";
    case RecordType::commit:
      return scopes + " committed at " + revision_in(record);
    case RecordType::abort:
      return "aborted (" + body["class"].str() + "): " + body["cause"].str();
    case RecordType::undo_intent:
      return step_message(record, "undoes");
    case RecordType::undo_done:
      return step_message(record, "undid");
    case RecordType::reap_intent:
      return step_message(record, "cleans up in");
    case RecordType::reap_done:
      return step_message(record, "cleaned up in");
    case RecordType::suspended:
      return "suspended; the next start resumes it";
    case RecordType::resumed:
      return body["decision"].is_string() ? "resumed to " + body["decision"].str() : "resumed";
    case RecordType::quarantine:
      return scopes + (body["cleared"].as_bool() ? ": quarantine lifted"
                                                 : ": " + body["revision"].str() +
                                                       " quarantined: " + body["reason"].str());
    case RecordType::hold:
      return scopes + (body["held"].as_bool() ? " held: " + body["reason"].str() : " released");
    case RecordType::event:
      return event_message(record, scopes);
    case RecordType::checkpoint:
      return "earlier records were compacted";
    case RecordType::end: {
      const std::string note = body["note"].str();
      return outcome_word(body["outcome"].as_string()) + (note.empty() ? "" : ": " + note);
    }
    case RecordType::needs_operator:
      return "needs an operator: " + body["cause"].str();
  }
  return {};
}

Value record_value(const Record& record) {
  return Value::object({{"seq", record.seq},
                        {"at", to_rfc3339(record.at)},
                        {"type", to_string(record.type)},
                        {"txn", record.txn ? Value(record.txn->value) : Value()},
                        {"actor", record.actor.name},
                        {"step", record.step == kNoStep ? Value() : Value(record.step)},
                        {"participant", record.participant.value},
                        {"message", message_of(record)},
                        {"body", record.body}});
}

Value freeze_value(const std::optional<engine::Freeze>& freeze) {
  if (!freeze) return Value::object();
  return Value::object(
      {{"by", freeze->by}, {"reason", freeze->reason}, {"at", to_rfc3339(freeze->at)}});
}

// ---- Summaries

const std::set<RecordType>& Summaries::types() {
  static const std::set<RecordType> kTypes{
      RecordType::begin,     RecordType::abort,   RecordType::commit,        RecordType::end,
      RecordType::suspended, RecordType::resumed, RecordType::needs_operator};
  return kTypes;
}

void Summaries::add(const Record& record) {
  if (!record.txn || !types().contains(record.type)) return;
  if (record.type == RecordType::begin) {
    Summary summary;
    summary.txn = *record.txn;
    summary.scopes = scopes_in(record);
    for (const Value& scope : record.body["scopes"].items()) {
      if (summary.revision.is_null()) {
        summary.revision = revision_value(engine::txn_scope_from(scope).revision);
      }
    }
    summary.cause = record.body["cause"].str();
    summary.actor = record.actor.name;
    summary.outcome = "open";
    summary.began = record.at;
    index_[*record.txn] = all_.size();
    all_.push_back(std::move(summary));
    return;
  }
  const auto it = index_.find(*record.txn);
  if (it == index_.end()) return;
  Summary& summary = all_[it->second];
  switch (record.type) {
    case RecordType::abort:
      summary.note = record.body["cause"].str();
      break;
    case RecordType::needs_operator:
      summary.outcome = "needs-operator";
      summary.note = record.body["cause"].str();
      break;
    case RecordType::suspended:
      summary.outcome = "suspended";
      break;
    case RecordType::resumed:
      summary.outcome = "open";
      break;
    case RecordType::end: {
      summary.outcome = outcome_word(record.body["outcome"].as_string());
      if (summary.note.empty()) summary.note = record.body["note"].str();
      summary.ended = record.at;
      break;
    }
    default:
      break;
  }
}

Value Summaries::value_of(const Summary& summary) {
  const Value duration =
      summary.ended ? Value(to_string(summary.ended->since_epoch - summary.began.since_epoch))
                    : Value();
  return Value::object({{"transaction", summary.txn.value},
                        {"applications", names_value(summary.scopes)},
                        {"cause", summary.cause},
                        {"actor", summary.actor},
                        {"revision", summary.revision},
                        {"began", to_rfc3339(summary.began)},
                        {"ended", summary.ended ? Value(to_rfc3339(*summary.ended)) : Value()},
                        {"duration", duration},
                        {"outcome", summary.outcome},
                        {"note", summary.note}});
}

std::vector<Value> Summaries::newest(const std::vector<Scope>& scopes, std::size_t max) const {
  std::vector<Value> out;
  for (auto it = all_.rbegin(); it != all_.rend() && out.size() < max; ++it) {
    const bool touches =
        scopes.empty() || std::any_of(it->scopes.begin(), it->scopes.end(), [&](const Scope& one) {
          return std::find(scopes.begin(), scopes.end(), one) != scopes.end();
        });
    if (touches) out.push_back(value_of(*it));
  }
  return out;
}

Value Summaries::one(const TxnId& txn) const {
  const auto it = index_.find(txn);
  return it == index_.end() ? Value() : value_of(all_[it->second]);
}

std::string worst_outcome(const std::vector<Value>& transactions) {
  static constexpr std::array<std::string_view, 6> kWorstFirst{
      "needs-operator", "restored", "refused", "suspended", "committed", "unchanged"};
  for (const std::string_view outcome : kWorstFirst) {
    for (const Value& one : transactions) {
      if (one["outcome"].as_string() == outcome) return std::string(outcome);
    }
  }
  return "unchanged";
}

}  // namespace rumbo::control
