#include "app/log_lines.h"

#include <cstdint>
#include <memory>

#include "base/guarded.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::app {
namespace {

/// Bytes; with what stands around it, and some that are escaped, less than the 4 KiB that a pipe
/// takes at once.
constexpr std::size_t kMostText = 3000;

/// Cut before the character that is too much.
std::string bounded(std::string_view text) {
  if (text.size() <= kMostText) return std::string(text);
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

Result<LogFormat> log_format_from(const std::string& word) {
  if (word.empty() || word == "plain") return LogFormat::plain;
  if (word == "json") return LogFormat::json;
  return fail(Error(Code::invalid, "unknown log format `" + printable(word, 64) + "`")
                  .with_hint("one of plain, json"));
}

std::string log_line(LogFormat format, WallTime at, LogLevel level, std::string_view component,
                     std::string_view text) {
  const std::string shown = bounded(text);
  if (format == LogFormat::json) {
    return codec::to_json(Value::object({{"time", to_rfc3339(at)},
                                         {"level", to_string(level)},
                                         {"component", component},
                                         {"message", shown}})) +
           "\n";
  }
  return fmt::format("{} {:<5} {}: {}\n", to_rfc3339(at), to_string(level), component,
                     printable(shown));
}

void log_to(const Streams& streams, LogFormat format, const Clock& clock, LogLevel least) {
  const auto dropped = std::make_shared<Guarded<std::uint64_t>>(0u);
  set_log_sink(
      [streams, format, &clock, dropped](LogLevel level, std::string_view component,
                                         std::string_view text) {
        const std::string line = log_line(format, clock.wall(), level, component, text);
        const auto takes = [&] { return !streams.err_takes || streams.err_takes(); };
        // Held while it writes, which does not wait: nobody else takes the room that there is.
        dropped->with([&](std::uint64_t& count) {
          if (count > 0 && takes()) {
            streams.err(log_line(format, clock.wall(), LogLevel::warn, "log",
                                 fmt::format("{} lines were dropped: nobody read them", count)));
            count = 0;
          }
          if (count > 0 || !takes()) {
            ++count;
            return;
          }
          streams.err(line);
        });
      },
      least);
}

}  // namespace rumbo::app
