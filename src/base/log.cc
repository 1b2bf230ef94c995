#include "base/log.h"

#include <fmt/format.h>

namespace rumbo {
namespace {

struct Sink {
  LogSink write;
  LogLevel least = LogLevel::info;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

void set_log_sink(LogSink write, LogLevel least) {
  sink() = {std::move(write), least};
}

void vlog(LogLevel level, std::string_view component, fmt::string_view format,
          fmt::format_args args) {
  if (!sink().write || level < sink().least) return;
  sink().write(level, component, fmt::vformat(format, args));
}

}  // namespace rumbo
