#include "app/log_lines.h"

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::app {

Result<LogFormat> log_format_from(const std::string& word) {
  if (word.empty() || word == "plain") return LogFormat::plain;
  if (word == "json") return LogFormat::json;
  return fail(Error(Code::invalid, "unknown log format `" + printable(word, 64) + "`")
                  .with_hint("one of plain, json"));
}

std::string log_line(LogFormat format, WallTime at, LogLevel level, std::string_view component,
                     std::string_view text) {
  if (format == LogFormat::json) {
    return codec::to_json(Value::object({{"time", to_rfc3339(at)},
                                         {"level", to_string(level)},
                                         {"component", component},
                                         {"message", text}})) +
           "\n";
  }
  return fmt::format("{} {:<5} {}: {}\n", to_rfc3339(at), to_string(level), component,
                     printable(text));
}

void log_to(const Streams& streams, LogFormat format, const Clock& clock, LogLevel least) {
  set_log_sink(
      [write = streams.err, format, &clock](LogLevel level, std::string_view component,
                                            std::string_view text) {
        write(log_line(format, clock.wall(), level, component, text));
      },
      least);
}

}  // namespace rumbo::app
