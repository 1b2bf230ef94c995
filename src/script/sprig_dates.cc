// Sprig's dates. The clock and other time zones than UTC come from the host.
#include "base/time_zone.h"
#include "script/go_duration.h"
#include "script/go_number.h"
#include "script/session.h"
#include "script/sprig.h"
#include "script/time_value.h"

namespace rumbo::script {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

GoTime now(Session& session) {
  const std::int64_t nanos = session.host().now().since_epoch.count();
  GoTime out;
  out.seconds = 0;
  return out.plus(nanos);
}

/// What a date function is given: a time, seconds as int, int64 (or int32), or else now. Numbers
/// of values files are float64 and so mean now: Sprig does the same.
GoTime given(Session& session, const Any& value, bool with_int32) {
  if (value.type() == &types::time) return time_of(value);
  const bool seconds = value.type() == &types::int64 || value.type() == &types::integer ||
                       (with_int32 && value.type() == &types::int32);
  if (!seconds) return now(session);
  GoTime out;
  out.seconds = value.as_int();
  return out;
}

GoTime in_zone(Session& session, GoTime time, std::string_view name) {
  time.zone = GoZone();
  const bool local = name.empty() || name == "UTC" || name == "Local";
  // A zone's name is a path: nothing that could leave its directory gets to the host.
  if (local || name.find("..") != name.npos || name.starts_with('/') ||
      name.find('\\') != name.npos || name.size() > 64) {
    return time;
  }
  if (const auto file = session.host().time_zone(name)) {
    if (auto zone = zone_at(*file, time.seconds))
      time.zone = GoZone{std::move(zone->name), zone->offset};
  }
  return time;
}

Outcome<Any> format_date(Call& call, std::string_view layout, const Any& date,
                         std::string_view zone) {
  TRY(call.session.room_for_text(layout.size() * 4));
  const GoTime time = in_zone(call.session, given(call.session, date, true), zone);
  return Any(time.format(layout));
}

Outcome<Any> modified(Call& call, bool strict) {
  auto distance = parse_go_duration(call[0].text());
  if (distance) return time_value(time_of(call[1]).plus(*distance));
  if (strict) return fail(distance.error());
  return call[1];
}

Outcome<Any> ago(Call& call) {
  const GoTime time = given(call.session, call[0], false);
  const std::int64_t nanos = now(call.session).since(time);
  const std::int64_t rest = nanos % kNanos;
  std::int64_t whole = nanos - rest;
  if (rest >= kNanos / 2) whole += kNanos;
  if (rest <= -kNanos / 2) whole -= kNanos;
  return Any(print_go_duration(whole));
}

Outcome<Any> duration(Call& call) {
  std::uint64_t seconds = 0;
  if (call[0].type() == &types::int64) seconds = static_cast<std::uint64_t>(call[0].as_int());
  if (call[0].type() == &types::string) {
    const auto parsed = parse_go_int(call[0].text(), 10);
    seconds = static_cast<std::uint64_t>(parsed.value);
  }
  return Any(print_go_duration(static_cast<std::int64_t>(seconds * kNanos)));
}

Outcome<Any> duration_round(Call& call) {
  const Any& value = call[0];
  std::int64_t nanos = 0;
  if (value.type() == &types::string) {
    nanos = parse_go_duration(value.text()).value_or(0);
  } else if (value.type() == &types::int64) {
    nanos = value.as_int();
  } else if (value.type() == &types::time) {
    nanos = now(call.session).since(time_of(value));
  }
  const auto u =
      nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  constexpr std::uint64_t kSecond = kNanos, kHour = 3600 * kSecond, kDay = 24 * kHour;
  constexpr std::pair<std::uint64_t, const char*> kUnits[] = {
      {365 * kDay, "y"}, {30 * kDay, "mo"},   {kDay, "d"},
      {kHour, "h"},      {60 * kSecond, "m"}, {kSecond, "s"}};
  for (const auto& [size, name] : kUnits) {
    if (u > size) return Any(std::to_string(u / size) + name);
  }
  return Any("0s");
}

}  // namespace

void add_sprig_dates(FunctionTable& table) {
  const Type* const time[] = {&types::time};
  table.add("now", "", [](Call& c) -> Outcome<Any> { return time_value(now(c.session)); });
  table.add("date", "string, any",
            [](Call& c) { return format_date(c, c[0].text(), c[1], "Local"); });
  for (const char* name : {"dateInZone", "date_in_zone"}) {
    table.add(name, "string, any, string",
              [](Call& c) { return format_date(c, c[0].text(), c[1], c[2].text()); });
  }
  table.add("htmlDate", "any", [](Call& c) { return format_date(c, "2006-01-02", c[0], "Local"); });
  table.add("htmlDateInZone", "any, string",
            [](Call& c) { return format_date(c, "2006-01-02", c[0], c[1].text()); });
  for (const char* name : {"dateModify", "date_modify"}) {
    table.add(Function::make(
        name, "string, time", [](Call& c) { return modified(c, false); }, time));
  }
  for (const char* name : {"mustDateModify", "must_date_modify"}) {
    table.add(Function::make(
        name, "string, time", [](Call& c) { return modified(c, true); }, time));
  }
  table.add("toDate", "string, string", [](Call& c) -> Outcome<Any> {
    return time_value(parse_go_time(c[0].text(), c[1].text()).value_or(GoTime()));
  });
  table.add("mustToDate", "string, string", [](Call& c) -> Outcome<Any> {
    return time_value(TRY(parse_go_time(c[0].text(), c[1].text())));
  });
  table.add(Function::make(
      "unixEpoch", "time",
      [](Call& c) -> Outcome<Any> { return Any(std::to_string(time_of(c[0]).seconds)); }, time));
  table.add("ago", "any", ago);
  table.add("duration", "any", duration);
  table.add("durationRound", "any", duration_round);
}

}  // namespace rumbo::script
