// Log facade: structured lines for operators: faults of Rumbo itself and its surroundings, and the
// turning points of deployments, whose record is the journal. Secrets never reach it.
//
// Threads: log() may be called from any thread; set_log_sink() only at start-up.
#pragma once

#include <fmt/core.h>
#include <functional>
#include <string>
#include <string_view>

namespace rumbo {

enum class LogLevel { debug, info, warn, error };
std::string_view to_string(LogLevel level);

using LogSink = std::function<void(LogLevel, std::string_view component, std::string_view text)>;

/// Where lines go; without one they are dropped. Lines below `least` never reach the sink.
void set_log_sink(LogSink write, LogLevel least = LogLevel::info);

/// Formats with fmt and hands the line to the sink.
void vlog(LogLevel level, std::string_view component, fmt::string_view format,
          fmt::format_args args);

template <class... Args>
void log(LogLevel level, std::string_view component, fmt::format_string<Args...> format,
         Args&&... args) {
  vlog(level, component, format, fmt::make_format_args(args...));
}

}  // namespace rumbo
