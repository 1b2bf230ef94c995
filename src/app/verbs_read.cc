// The verbs that tell what is: status, get, wait.
#include <algorithm>
#include <fmt/core.h>

#include "app/cells.h"
#include "app/handlers.h"
#include "app/interrupt.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::app {
namespace {

constexpr Column kApps[] = {
    {"NAME", "@scope"},
    {"SYNC", "sync"},
    {"HEALTH", "health"},
    {"REVISION", "revision"},
    {"LAST", "outcome"},
    {"AGE", "at@age"},
    {"TARGET", "target", true},
    {"NAMESPACE", "namespace", true},
    {"TRANSACTION", "transaction", true},
    {"WANTED", "wanted", true},
    {"CAUSE", "cause", true},
};
constexpr Column kEnvironments[] = {
    {"NAME", "name"},
    {"TARGET", "target"},
    {"NAMESPACE", "namespace"},
    {"APPLICATIONS", "applications"},
};
constexpr Column kObjects[] = {
    {"APPLICATION", "@scope"},
    {"OBJECT", "object"},
    {"SYNC", "sync"},
    {"HEALTH", "health"},
    {"REASON", "reason"},
    {"KIND", "kind", true},
    {"NAMESPACE", "namespace", true},
};
constexpr Column kDrift[] = {
    {"APPLICATION", "@scope"},
    {"OBJECT", "object"},
    {"FIELDS", "fields"},
    {"REASON", "reason"},
    {"NAMESPACE", "namespace", true},
};
constexpr Column kImages[] = {
    {"APPLICATION", "@scope"}, {"IMAGE", "image"}, {"PINNED", "pinned"},
    {"OBJECT", "object"},      {"WHY", "why"},     {"CONTAINER", "container", true},
};

struct Listing {
  std::string_view kind;
  std::span<const Column> columns;
};
constexpr Listing kListings[] = {{"apps", kApps},
                                 {"environments", kEnvironments},
                                 {"objects", kObjects},
                                 {"drift", kDrift},
                                 {"images", kImages}};

/// The kind as Operations spells it, from what people type ("app", "applications", "env").
std::string_view canonical_kind(std::string_view word) {
  if (word == "app" || word == "application" || word == "applications") return "apps";
  if (word == "env" || word == "envs" || word == "environment") return "environments";
  if (word == "object") return "objects";
  if (word == "image") return "images";
  return word;
}

Result<const Listing*> listing_for(std::string_view word) {
  const std::string_view kind = canonical_kind(word);
  std::vector<std::string_view> names;
  for (const Listing& listing : kListings) {
    if (listing.kind == kind) return &listing;
    names.push_back(listing.kind);
  }
  const std::string_view near = closest(word, names);
  return fail(Error(Code::invalid, "there is no kind `" + printable(word, 64) + "` to get")
                  .with_hint(near.empty()
                                 ? std::string("one of apps, environments, objects, drift, images")
                                 : "did you mean `rumbo get " + std::string(near) + "`?"));
}

/// Reasons that the table has no room for. What `attention` says already is not said twice.
std::string remarks(const Value& status, const Paint& paint) {
  std::string out;
  const auto told = [&](std::string_view core) {
    const auto lines = status["attention"].items();
    return std::any_of(lines.begin(), lines.end(), [&](const Value& line) {
      return line.as_string().find(core) != std::string_view::npos;
    });
  };
  for (const Value& app : status["applications"].items()) {
    const std::string scope = scope_cell(app);
    const auto remark = [&](std::string_view what, const std::string& text) {
      if (text.empty() || told(text)) return;
      out += fmt::format("{}: {}{}\n", scope, what, printable(text));
    };
    if (app["health"].as_string() != "Ready") remark("", app["reason"].str());
    remark("held: ", app["held"].str());
    if (app["paused"].as_bool()) remark("", "paused");
    if (app["paused"].is_string()) remark("paused: ", app["paused"].str());
    remark("open transaction ", app["open"].str());
    for (const Value& one : app["quarantined"].items()) {
      remark("quarantined " + cell(one["revision"]) + ": ", one["reason"].str());
    }
  }
  for (const Value& source : status["sources"].items()) {
    if (!source["error"].is_string()) continue;
    out += paint.warn("source ") + printable(source["url"].as_string()) + ": " +
           printable(source["error"].as_string()) + "\n";
  }
  for (const Value& line : status["attention"].items()) {
    out += paint.bad("! ") + printable(line.as_string()) + "\n";
  }
  return out;
}

void print_names(const Session& session, std::span<const Value> items, std::string_view member) {
  std::string out;
  for (const Value& item : items) {
    out += (member.empty() ? scope_cell(item) : item[member].str()) + "\n";
  }
  session.print(out);
}

bool settled(const Value& status) {
  if (!status["healthy"].as_bool()) return false;
  for (const Value& app : status["applications"].items()) {
    if (app["sync"].as_string() != "Synced" || app["open"].is_string()) return false;
  }
  return true;
}

/// True while a target that this process has just opened has not probed everything yet.
bool settling(const Value& status) {
  if (!status["daemon"].is_bool() || status["daemon"].as_bool()) return false;
  for (const Value& app : status["applications"].items()) {
    if (app["health"].as_string() == "Progressing") return true;
  }
  return false;
}

/// The status, after the first probes: without a daemon nobody probed before this process did.
Result<Value> settled_status(Session& session, control::Operations& operations,
                             const control::Selector& select) {
  constexpr Duration kPatience = 3s, kPause = 100ms;
  const MonoTime until = session.clock().mono() + kPatience;
  while (true) {
    Value status = TRY(operations.status(select));
    if (!settling(status) || session.clock().mono() >= until || interrupt().cancelled()) {
      return status;
    }
    session.env().sleep(kPause);
  }
}

}  // namespace

Result<int> run_status(Session& session) {
  const auto select = TRY(session.selector());
  auto* operations = TRY(session.operations(Need::look));
  const Value status = TRY(settled_status(session, *operations, select));
  const int exit = status["healthy"].as_bool() ? kOk : kNo;
  const auto items = status["applications"].items();
  if (session.machine()) {
    session.print_value(status);
  } else if (session.format() == Format::name) {
    print_names(session, items, "");
  } else if (items.empty()) {
    session.note("no applications match\n");
  } else {
    session.print(
        table_of(items, kApps, session.wide(), session.env().clock.wall(), session.paint()));
    const std::string more = remarks(status, session.paint());
    if (!more.empty()) session.print("\n" + more);
  }
  if (!session.machine() && status["daemon"].is_bool() && !status["daemon"].as_bool()) {
    session.note("no daemon is running: nothing is watched or healed (start `rumbo serve`)\n");
  }
  return exit;
}

Result<int> run_get(Session& session) {
  const Listing* listing = TRY(listing_for(session.invocation().arguments[0]));
  auto select = TRY(session.selector());
  select.applications.erase(select.applications.begin());  // the kind
  auto* operations = TRY(session.operations(Need::look));
  const Value answer = TRY(operations->get(std::string(listing->kind), select));
  const auto items = answer["items"].items();
  if (session.machine()) {
    session.print_value(answer);
  } else if (session.format() == Format::name) {
    const bool scopes = listing->kind == "apps";
    print_names(session, items,
                scopes                            ? ""
                : listing->kind == "environments" ? "name"
                : listing->kind == "images"       ? "image"
                                                  : "object");
  } else if (items.empty()) {
    session.note(fmt::format("no {}\n", listing->kind));
  } else {
    session.print(table_of(items, listing->columns, session.wide(), session.env().clock.wall(),
                           session.paint()));
  }
  return kOk;
}

Result<int> run_wait(Session& session) {
  const std::string text = session.invocation().value("timeout", "5m");
  const auto timeout = parse_duration(text);
  if (!timeout || *timeout < Duration(0)) {
    return fail(Error(Code::invalid, "--timeout is no duration: `" + printable(text, 64) + "`")
                    .with_hint("write 30s, 5m or 1h30m"));
  }
  const auto select = TRY(session.selector());
  auto* operations = TRY(session.operations(Need::look));
  const Cancel cancel = interrupt().with_deadline(session.env().clock.mono() + *timeout);
  while (true) {
    const Value status = TRY(operations->status(select));
    if (settled(status)) {
      if (session.machine()) session.print_value(status);
      session.note("synced and healthy\n");
      return kOk;
    }
    if (!cancel.check(session.env().clock.mono())) {
      if (session.machine()) session.print_value(status);
      session.note(fmt::format(
          "{} {}\n{}", interrupt().cancelled() ? "interrupted after" : "still not healthy after",
          to_string(*timeout), remarks(status, Paint{})));
      return kNo;
    }
    session.env().sleep(cancel.left(session.env().clock.mono(), 1s) < 1s
                            ? cancel.left(session.env().clock.mono(), 1s)
                            : Duration(500ms));
  }
}

}  // namespace rumbo::app
