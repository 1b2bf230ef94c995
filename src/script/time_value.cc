#include "script/time_value.h"

#include "script/function.h"
#include "script/go_duration.h"
#include "script/time_layout.h"

namespace rumbo::script {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

Any duration(std::int64_t nanos) {
  return Any::typed(types::duration, Value(nanos));
}

GoTime in_utc(GoTime time) {
  time.zone = GoZone();
  return time;
}

std::int64_t unix_nanos(const GoTime& time) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.seconds) * kNanos +
                                   static_cast<std::uint64_t>(time.nanoseconds));
}

bool before(const GoTime& a, const GoTime& b) {
  return a.seconds != b.seconds ? a.seconds < b.seconds : a.nanoseconds < b.nanoseconds;
}
bool same_instant(const GoTime& a, const GoTime& b) {
  return a.seconds == b.seconds && a.nanoseconds == b.nanoseconds;
}

GoTime add_date(const GoTime& time, std::int64_t years, std::int64_t months, std::int64_t days) {
  const GoDate d = time.date();
  const std::int64_t month0 = d.month - 1 + months;
  const std::int64_t carry = month0 >= 0 ? month0 / 12 : -((11 - month0) / 12);
  GoTime out = time;
  out.seconds = seconds_of(d.year + years + carry, static_cast<int>(month0 - carry * 12) + 1, 1,
                           d.hour, d.minute, d.second) +
                (d.day - 1 + days) * 86400 - time.zone.offset;
  return out;
}

using Methods = std::map<std::string, Function, std::less<>>;

void add(Methods& out, const std::string& name, std::string_view signature, Body body,
         std::span<const Type* const> more = {}) {
  out.emplace(name, Function::make(name, signature, std::move(body), more));
}

/// A method without arguments over the date.
template <class Read>
void add_field(Methods& out, const std::string& name, const Type& type, Read read) {
  const Type* result = &type;
  add(out, name, "", [result, read](Call& call) -> Outcome<Any> {
    const GoTime& time = time_of(*call.receiver);
    return Any::typed(*result, Value(std::int64_t{read(time, time.date())}));
  });
}

void add_fields(Methods& out) {
  const Type& integer = types::integer;
  add_field(out, "Year", integer, [](const GoTime&, const GoDate& d) { return d.year; });
  add_field(out, "Month", types::month, [](const GoTime&, const GoDate& d) { return d.month; });
  add_field(out, "Day", integer, [](const GoTime&, const GoDate& d) { return d.day; });
  add_field(out, "Hour", integer, [](const GoTime&, const GoDate& d) { return d.hour; });
  add_field(out, "Minute", integer, [](const GoTime&, const GoDate& d) { return d.minute; });
  add_field(out, "Second", integer, [](const GoTime&, const GoDate& d) { return d.second; });
  add_field(out, "Nanosecond", integer,
            [](const GoTime& t, const GoDate&) { return t.nanoseconds; });
  add_field(out, "YearDay", integer, [](const GoTime&, const GoDate& d) { return d.year_day; });
  add_field(out, "Weekday", types::weekday,
            [](const GoTime&, const GoDate& d) { return d.weekday; });
  add_field(out, "Unix", types::int64, [](const GoTime& t, const GoDate&) { return t.seconds; });
  add_field(out, "UnixNano", types::int64,
            [](const GoTime& t, const GoDate&) { return unix_nanos(t); });
  add_field(out, "UnixMilli", types::int64, [](const GoTime& t, const GoDate&) {
    return t.seconds * 1000 + t.nanoseconds / 1'000'000;
  });
}

Methods make_methods() {
  Methods out;
  add_fields(out);
  const Type* const time[] = {&types::time};
  const Type* const length[] = {&types::duration};
  add(out, "Format", "string", [](Call& call) -> Outcome<Any> {
    return Any(time_of(*call.receiver).format(call[0].text()));
  });
  add(out, "String", "",
      [](Call& call) -> Outcome<Any> { return Any(time_of(*call.receiver).print()); });
  for (const char* name : {"UTC", "Local"}) {
    add(out, name, "",
        [](Call& call) -> Outcome<Any> { return time_value(in_utc(time_of(*call.receiver))); });
  }
  add(out, "IsZero", "", [](Call& call) -> Outcome<Any> {
    return Any(same_instant(time_of(*call.receiver), GoTime()));
  });
  add(
      out, "Add", "duration",
      [](Call& call) -> Outcome<Any> {
        return time_value(time_of(*call.receiver).plus(call[0].as_int()));
      },
      length);
  add(out, "AddDate", "int, int, int", [](Call& call) -> Outcome<Any> {
    for (const Any& argument : call.arguments) {
      if (std::abs(argument.as_int()) > 1'000'000'000) return failed("date out of range");
    }
    return time_value(
        add_date(time_of(*call.receiver), call[0].as_int(), call[1].as_int(), call[2].as_int()));
  });
  add(
      out, "Sub", "time",
      [](Call& call) -> Outcome<Any> {
        return duration(time_of(*call.receiver).since(time_of(call[0])));
      },
      time);
  add(
      out, "Before", "time",
      [](Call& call) -> Outcome<Any> {
        return Any(before(time_of(*call.receiver), time_of(call[0])));
      },
      time);
  add(
      out, "After", "time",
      [](Call& call) -> Outcome<Any> {
        return Any(before(time_of(call[0]), time_of(*call.receiver)));
      },
      time);
  add(
      out, "Equal", "time",
      [](Call& call) -> Outcome<Any> {
        return Any(same_instant(time_of(*call.receiver), time_of(call[0])));
      },
      time);
  return out;
}

const Function* time_method(std::string_view name) {
  static const Methods kMethods = make_methods();
  const auto at = kMethods.find(name);
  return at == kMethods.end() ? nullptr : &at->second;
}

Methods make_duration_methods() {
  Methods out;
  const auto unit = [&](const std::string& name, double nanos) {
    add(out, name, "", [nanos](Call& call) -> Outcome<Any> {
      return Any(static_cast<double>(call.receiver->as_int()) / nanos);
    });
  };
  unit("Seconds", 1e9);
  unit("Minutes", 60e9);
  unit("Hours", 3600e9);
  add(out, "String", "",
      [](Call& call) -> Outcome<Any> { return Any(print_go_duration(call.receiver->as_int())); });
  add(out, "Milliseconds", "",
      [](Call& call) -> Outcome<Any> { return Any::int64(call.receiver->as_int() / 1'000'000); });
  return out;
}

const Function* duration_method(std::string_view name) {
  static const Methods kMethods = make_duration_methods();
  const auto at = kMethods.find(name);
  return at == kMethods.end() ? nullptr : &at->second;
}

const Function* named_number_method(std::string_view name) {
  static const Function kString = Function::make("String", "", [](Call& call) -> Outcome<Any> {
    return Any(call.receiver->type()->text(*call.receiver));
  });
  return name == "String" ? &kString : nullptr;
}

}  // namespace

namespace types {
const Type time{.kind = Kind::structure, .name = "time.Time", .method = time_method};
const Type duration{.kind = Kind::int64,
                    .name = "time.Duration",
                    .method = duration_method,
                    .text = [](const Any& value) { return print_go_duration(value.as_int()); }};
const Type month{.kind = Kind::integer,
                 .name = "time.Month",
                 .method = named_number_method,
                 .text = [](const Any& value) {
                   return std::string(kMonths[static_cast<std::size_t>(value.as_int() - 1) % 12]);
                 }};
const Type weekday{.kind = Kind::integer,
                   .name = "time.Weekday",
                   .method = named_number_method,
                   .text = [](const Any& value) {
                     return std::string(kWeekdays[static_cast<std::size_t>(value.as_int()) % 7]);
                   }};
}  // namespace types

Value TimeValue::to_value() const {
  return Value(time_.format("2006-01-02T15:04:05.999999999Z07:00"));
}

std::optional<bool> TimeValue::equals(const Native& other) const {
  const GoTime& o = static_cast<const TimeValue&>(other).time_;
  return same_instant(time_, o) && time_.zone.name == o.zone.name &&
         time_.zone.offset == o.zone.offset;
}

Any time_value(GoTime time) {
  return Any::native(make<TimeValue>(std::move(time)));
}

const GoTime& time_of(const Any& value) {
  return static_cast<const TimeValue&>(*value.native()).time();
}

}  // namespace rumbo::script
