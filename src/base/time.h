// Time: monotonic instants for deadlines, wall instants for people. Read only through a Clock, so
// that tests run a week in milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo {

using Duration = std::chrono::nanoseconds;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

/// An instant on the clock that never jumps; meaningless across reboots.
struct MonoTime {
  Duration since_start{0};
  friend auto operator<=>(const MonoTime&, const MonoTime&) = default;
  friend MonoTime operator+(MonoTime t, Duration d) { return {t.since_start + d}; }
  friend Duration operator-(MonoTime a, MonoTime b) { return a.since_start - b.since_start; }
  static constexpr MonoTime never() { return {Duration::max()}; }
};

/// An instant people read: nanoseconds since 1970-01-01T00:00:00Z.
struct WallTime {
  Duration since_epoch{0};
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

/// "2026-11-24T03:46:12.345Z" (RFC 3339, UTC, milliseconds).
std::string to_rfc3339(WallTime time);
/// Reads RFC 3339 with any offset; nullopt if it is none.
std::optional<WallTime> from_rfc3339(std::string_view text);

/// "1.2s", "350ms", "5m", "2h3m": for people.
std::string to_string(Duration duration);
/// Go's duration syntax ("1h30m", "250ms", "0"); nullopt if malformed or out of range.
std::optional<Duration> parse_duration(std::string_view text);

/// Where time comes from. Threads: safe from any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime mono() const = 0;
  virtual WallTime wall() const = 0;
};

}  // namespace rumbo
