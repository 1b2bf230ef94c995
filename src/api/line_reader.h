// LineReader: reads a streamed answer in JSON lines: events as they come, then result or error.
//
// Threads: one.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "codec/json_lines.h"
#include "control/operations.h"

namespace rumbo::api {

class LineReader {
 public:
  /// `sink_ends`: a sink that returns false ends the transfer; else it just hears no more.
  LineReader(const control::EventSink& sink, bool sink_ends) : sink_(sink), sink_ends_(sink_ends) {}

  /// Takes the next piece of the body; false stops the transfer.
  bool feed(std::string_view piece);

  /// The last line, if it came: the result, or the error that the daemon or a broken line gave.
  const std::optional<Result<Value>>& result() const { return result_; }
  bool ended_by_sink() const { return deaf_ && sink_ends_; }

 private:
  bool take(std::string_view text);

  const control::EventSink& sink_;
  const bool sink_ends_;
  bool deaf_ = false;
  codec::JsonLines lines_{std::size_t{64} << 20};
  std::optional<Result<Value>> result_;
};

}  // namespace rumbo::api
