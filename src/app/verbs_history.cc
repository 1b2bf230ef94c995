// The verbs that tell what was: history, show, log.
#include <fmt/core.h>

#include "app/cells.h"
#include "app/handlers.h"
#include "app/interrupt.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::app {
namespace {

constexpr Column kHistory[] = {
    {"TRANSACTION", "transaction"},
    {"OUTCOME", "outcome"},
    {"CAUSE", "cause"},
    {"APPLICATIONS", "applications"},
    {"REVISION", "revision"},
    {"ACTOR", "actor"},
    {"AGE", "began@age"},
    {"DURATION", "duration"},
    {"BEGAN", "began", true},
    {"NOTE", "note", true},
};
constexpr Column kSteps[] = {
    {"STEP", "id"},     {"KIND", "kind"},       {"WAVE", "wave"},
    {"STATE", "state"}, {"OBJECTS", "objects"}, {"REASON", "reason"},
};

/// "12:04:31" of an RFC 3339 time; whole in wide output.
std::string time_cell(const Value& at, bool whole) {
  const std::string text = at.str();
  return whole || text.size() < 19 ? text : text.substr(11, 8);
}

std::string record_line(const Value& record, bool wide, const Paint& paint) {
  const std::string type = record["type"].str();
  const std::string padding(type.size() < 14 ? 14 - type.size() : 1, ' ');
  return fmt::format("{:>6}  {}  {}{} {:<9} {}{}\n", record["seq"].as_uint(),
                     time_cell(record["at"], wide), paint.word(type), padding,
                     record["txn"].is_string() ? record["txn"].str() : "-",
                     printable(record["message"].as_string()),
                     wide && record["actor"].is_string() ? "  by " + record["actor"].str() : "");
}

void field(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out += fmt::format("{:<14}{}\n", name, printable(value));
}

std::string shown(const Value& txn, const Session& session) {
  const Paint paint = session.paint();
  std::string out;
  field(out, "Transaction:", txn["transaction"].str());
  out += fmt::format("{:<14}{}\n", "Outcome:",
                     paint.word(txn["outcome"].is_string() ? txn["outcome"].str() : "open"));
  field(out, "Applications:", cell(txn["applications"]));
  field(out, "Revision:", cell(txn["revision"]));
  field(out, "Cause:", cell(txn["cause"]));
  field(out, "Actor:", cell(txn["actor"]));
  field(out, "Began:", cell(txn["began"]));
  field(out, "Ended:", cell(txn["ended"]));
  field(out, "Duration:", cell(txn["duration"]));
  field(out, "Note:", cell(txn["note"]));
  for (const Value& remote : txn["remotes"].items()) {
    field(out, "Remote:", cell(remote["location"]) + " is " + cell(remote["name"]));
  }
  if (const Value& abort = txn["abort"]; abort.is_object()) {
    out += "\n" + paint.bad("Failure") + " (" + cell(abort["class"]) +
           "): " + printable(abort["cause"].as_string()) + "\n";
    for (const Value& line : abort["evidence"].items()) {
      out += "  | " + printable(line.as_string()) + "\n";
    }
  }
  if (!txn["steps"].empty()) {
    out += "\n" +
           table_of(txn["steps"].items(), kSteps, session.wide(), session.clock().wall(), paint);
  }
  if (session.invocation().has("records")) {
    out += "\n";
    for (const Value& record : txn["records"].items()) {
      out += record_line(record, session.wide(), paint);
    }
  }
  return out;
}

void print_record(const Session& session, const Value& record) {
  session.print(session.machine() ? codec::to_json(record) + "\n"
                                  : record_line(record, session.wide(), session.paint()));
}

Result<int> verify(Session& session, control::Operations& operations) {
  const Value answer = TRY(operations.verify_log());
  if (session.machine()) {
    session.print_value(answer);
  } else {
    session.print(fmt::format("{}: {} records, head {} {}\n", session.paint().good("intact"),
                              answer["records"].as_uint(), answer["head"]["seq"].as_uint(),
                              answer["head"]["hash"].str()));
  }
  return kOk;
}

/// True if the record belongs to what was asked for; a followed feed holds all of them.
bool wanted(const Value& record, const control::LogOptions& options) {
  return options.txn.empty() || record["txn"].as_string() == options.txn;
}

}  // namespace

Result<int> run_history(Session& session) {
  const auto select = TRY(session.selector());
  const auto max = TRY(session.invocation().number("max", 20));
  auto* operations = TRY(session.operations(Need::journal));
  const Value answer = TRY(operations->history(select, static_cast<std::size_t>(max)));
  const auto items = answer["transactions"].items();
  if (session.machine()) {
    session.print_value(answer);
  } else if (session.format() == Format::name) {
    std::string out;
    for (const Value& item : items) out += item["transaction"].str() + "\n";
    session.print(out);
  } else if (items.empty()) {
    session.note("no transactions yet\n");
  } else {
    session.print(
        table_of(items, kHistory, session.wide(), session.env().clock.wall(), session.paint()));
  }
  return kOk;
}

Result<int> run_show(Session& session) {
  auto* operations = TRY(session.operations(Need::journal));
  const Value answer = TRY(operations->show(session.invocation().arguments[0]));
  if (session.machine()) {
    session.print_value(answer);
  } else if (session.format() == Format::name) {
    session.print(answer["transaction"].str() + "\n");
  } else {
    session.print(shown(answer, session));
  }
  return kOk;
}

Result<int> run_log(Session& session) {
  control::LogOptions options;
  options.select = TRY(session.selector());
  options.after = static_cast<std::uint64_t>(TRY(session.invocation().number("after", 0)));
  options.max = static_cast<std::size_t>(TRY(session.invocation().number("max", 1000)));
  options.txn = session.invocation().value("txn");
  auto* operations = TRY(session.operations(Need::journal));
  if (session.invocation().has("verify")) return verify(session, *operations);
  const bool follow = session.invocation().has("follow");
  const Value answer = TRY(operations->log(options));
  if (session.machine() && !follow) {
    session.print_value(answer);
    return kOk;
  }
  std::uint64_t last = options.after;
  for (const Value& record : answer["records"].items()) {
    print_record(session, record);
    last = record["seq"].as_uint();
  }
  if (!follow) return kOk;
  const auto sink = [&](const Value& event) {
    const Value& record = event["record"];
    if (record.is_object() && wanted(record, options)) print_record(session, record);
    return !interrupt().cancelled();
  };
  const auto done = operations->follow(last, sink, interrupt());
  if (!done && !interrupt().cancelled()) return fail(done.error());
  return kOk;
}

}  // namespace rumbo::app
