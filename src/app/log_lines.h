// LogLines: the daemon's log on stderr, as plain lines or as JSON.
//
// Threads: set up once at start.
#pragma once

#include <string>

#include "app/streams.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace rumbo::app {

enum class LogFormat { plain, json };
Result<LogFormat> log_format_from(const std::string& word);

/// One line, with its end; a text that is too long is cut, so that a pipe takes the line in one
/// piece.
std::string log_line(LogFormat format, WallTime at, LogLevel level, std::string_view component,
                     std::string_view text);

/// Sends the log to the stream. Who does not read it holds nothing up: lines that the stream does
/// not take are dropped, and the next that it takes is preceded by their number. The clock outlives
/// the process's logging.
void log_to(const Streams& streams, LogFormat format, const Clock& clock, LogLevel least);

}  // namespace rumbo::app
